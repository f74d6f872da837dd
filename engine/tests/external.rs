//! Tables that another program computes, and programs that do not do as they should.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};
use surety_engine::{
    compute::{ComputeError, Engine, External, ExternalError},
    result::{Form, Writer},
    verify::{Extent, Finding, VerifyError, verify},
    work::{Order, work},
};

/// Answers index i with the first 4 bytes of the input, hashed along with i.
const HASHES: &str = r#"read input
while read -r index; do printf '%s %s' "$input" "$index" | sha256sum | cut -c1-8; done"#;

/// Answers as [`HASHES`] does, and notes down how many indices it was asked.
const COUNTED: &str = r#"read input; asked=0
while read -r index; do asked=$((asked + 1)); printf '%s %s' "$input" "$index" | sha256sum | cut -c1-8; done
echo $asked >> asked"#;

/// Longer than a killed process takes to go on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn external(folder: &Path, script: &str) -> External {
    fs::write(folder.join("script.sh"), script).unwrap();
    External {
        program: "sh".into(),
        arguments: vec!["script.sh".into()],
        folder: folder.into(),
        width: 4,
        batch: 10,
        timeout: Duration::from_secs(60),
        input: b"input".to_vec(),
        count: 45,
    }
}

fn refusal(script: &str, change: impl FnOnce(&mut External)) -> ExternalError {
    let folder = tempfile::tempdir().unwrap();
    let mut external = external(folder.path(), script);
    change(&mut external);
    external.values(&[3, 4]).unwrap_err()
}

#[test]
fn a_table_is_the_same_by_batches_and_value_by_value() {
    let folder = tempfile::tempdir().unwrap();
    let external = external(folder.path(), COUNTED);
    let single: Vec<Vec<u8>> = (0..45)
        .map(|index| external.values(&[index]).unwrap().element(0).to_vec())
        .collect();
    fs::remove_file(folder.path().join("asked")).unwrap();
    assert_eq!(Engine::external(external).elements(|_| {}).unwrap(), single);
    let asked = fs::read_to_string(folder.path().join("asked")).unwrap();
    let mut asked: Vec<&str> = asked.lines().collect();
    asked.sort_unstable();
    assert_eq!(
        asked,
        ["10", "10", "10", "10", "5"],
        "no process is asked for more than a batch"
    );
}

#[test]
fn what_is_worked_to_a_file_is_right_and_a_wrong_value_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    let engine = Engine::external(external(folder.path(), HASHES));
    let order = Order {
        path: &path,
        max_element: 4,
        function: b"function",
        data: b"data",
    };
    let done = work(&engine, order, |_| {}).unwrap();
    assert_eq!(done.count, 45);
    let mut elements = engine.elements(|_| {}).unwrap();
    for extent in [Extent::All, Extent::Sample(&[0, 1, 17, 44])] {
        let checked = verify(&engine, &path, extent, |_| {}).unwrap();
        assert_eq!((checked.root, checked.finding), (done.root, None));
    }
    elements[17][0] ^= 1;
    // One more than the Table has.
    elements.push(vec![0; 4]);
    let mut writer = Writer::create(&path, Form::Table, 4).unwrap();
    elements.iter().for_each(|element| writer.push(element).unwrap());
    writer.finish().unwrap();
    for (extent, finding) in [
        (Extent::All, Some(Finding::Wrong { at: 17 })),
        (Extent::Sample(&[2, 17, 44]), Some(Finding::Wrong { at: 17 })),
        (Extent::Sample(&[2, 45]), Some(Finding::Wrong { at: 45 })),
        (Extent::Sample(&[2, 16, 18]), None),
    ] {
        assert_eq!(verify(&engine, &path, extent, |_| {}).unwrap().finding, finding);
    }
}

#[test]
fn a_program_that_fails_says_nothing_about_a_result() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    let mut writer = Writer::create(&path, Form::Table, 4).unwrap();
    writer.push(&[0; 4]).unwrap();
    writer.finish().unwrap();
    let engine = Engine::external(external(folder.path(), "exit 1"));
    let refused = verify(&engine, &path, Extent::All, |_| {}).unwrap_err();
    assert!(matches!(
        refused,
        VerifyError::Task(ComputeError::External(ExternalError::Failed { .. }))
    ));
}

#[test]
fn every_way_to_answer_badly_has_an_error_of_its_own() {
    let said = |error: ExternalError| error.to_string();
    let absent = refusal("", |external| external.program = "/nowhere/at-all".into());
    assert!(matches!(absent, ExternalError::Start { .. }), "{absent}");
    assert!(said(absent).contains("cannot run /nowhere/at-all"));

    let failed = said(refusal(
        "echo 00000000; echo working >&2; echo 'no data' >&2; exit 3",
        |_| {},
    ));
    assert_eq!(failed, "sh failed with exit status: 3: no data");

    let short = said(refusal("echo 00000000", |_| {}));
    assert_eq!(short, "sh was asked for 2 values and answered with 1 lines");
    let endless = said(refusal("while true; do echo 00000000; done", |_| {}));
    assert_eq!(endless, "sh answered 2 indices with more than 30 bytes");

    let narrow = said(refusal("echo 00000000; echo 0000", |_| {}));
    assert_eq!(
        narrow,
        "sh answered index 4 with \"0000\": expected 8 hexadecimal digits, for 4 bytes"
    );
    let foreign = said(refusal("echo 'eight---'; echo 00000000", |_| {}));
    assert!(foreign.contains("answered index 3 with \"eight---\""), "{foreign}");
}

#[test]
fn a_program_that_takes_too_long_is_stopped_with_what_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let mut external = external(folder.path(), "(echo $$ > started; exec sleep 1000) & wait");
    external.timeout = Duration::from_millis(500);
    let late = external.values(&[0]).unwrap_err();
    assert_eq!(
        late.to_string(),
        "sh did not answer 1 indices within 0.5s and was stopped"
    );
    let group = fs::read_to_string(folder.path().join("started")).unwrap();
    let begun = Instant::now();
    while alive(group.trim()) {
        assert!(begun.elapsed() < PATIENCE, "something of it still runs");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a process of this group runs (proc(5)); one that only waits to be reaped does not.
fn alive(group: &str) -> bool {
    let processes = fs::read_dir("/proc").unwrap().map_while(Result::ok);
    processes
        .filter_map(|process| fs::read_to_string(process.path().join("stat")).ok())
        .filter_map(|stat| Some(stat.rsplit_once(") ")?.1.to_owned()))
        .any(|stat| {
            let mut fields = stat.split(' ');
            fields.next() != Some("Z") && fields.nth(1) == Some(group)
        })
}
