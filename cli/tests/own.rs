//! Computations that people bring along: any program, judged by a referee's word, and a Rust function, judged on chain by
//! the predicate that is built from it.

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use support::{CLIENT, REFEREE, REFEREE_ADDRESS, WORKER, World, arg, complaint, text};
use surety_engine::result::{Reader, Writer};

/// Value i is the SHA-256 of "INPUT i", cut to 4 bytes. It fails if it is shown the key of whoever runs it.
const SCRIPT: &str = r#"test -z "$SURETY_PRIVATE_KEY" || exit 9
read -r input
while read -r index; do printf '%s %s' "$input" "$index" | sha256sum | cut -c1-8; done
"#;

const JOB: &str = "own:checksums:c0ffee:30";

fn surety(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_surety")).args(args).output().unwrap()
}

/// A command line that allows an own computation.
fn with<'a>(own: &'a Path, args: &[&'a str]) -> Vec<&'a str> {
    [args, &["--allow", arg(own)]].concat()
}

/// A folder with the template's description and another program.
fn checksums(folder: PathBuf, script: &str) -> PathBuf {
    let made = surety(&["task", "new", "checksums", "--command", "--dir", arg(&folder)]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    fs::write(folder.join("program.sh"), script).unwrap();
    let description = folder.join("task.toml");
    let told = fs::read_to_string(&description).unwrap();
    fs::write(description, told.replace("width = 32", "width = 4")).unwrap();
    folder
}

/// Changes an element of the result in a file, which is whole again then, with another root.
fn falsify(result: &Path, at: usize) {
    let mut reader = Reader::open(result).unwrap();
    let header = reader.header();
    let mut elements = Vec::new();
    while let Some(batch) = reader.batch().unwrap() {
        elements.extend(batch.iter().map(<[u8]>::to_vec));
    }
    elements[at][0] ^= 1;
    let mut writer = Writer::create(result, header.form, header.max_element).unwrap();
    elements.iter().for_each(|element| writer.push(element).unwrap());
    writer.finish().unwrap();
}

#[test]
fn any_program_is_a_task_that_a_referee_rules_on() {
    let world = World::new();
    let own = checksums(world.path("checksums"), SCRIPT);
    let job = world.delegate(JOB, &with(&own, &["--referee", REFEREE_ADDRESS, "--bonus", "0.001"]));

    let stranger = world.refused(WORKER, &["take", arg(&job)]);
    assert!(
        stranger.contains("not told to run") && stranger.contains("--allow DIR"),
        "{stranger}"
    );
    let stranger = complaint(&surety(&["work", arg(&job)]));
    assert!(stranger.contains("not told to run"), "{stranger}");
    world.json(WORKER, &with(&own, &["take", arg(&job)]));
    let worked = world.json(WORKER, &with(&own, &["work", arg(&job)]));
    assert_eq!(worked["count"], 30);
    world.json(WORKER, &["submit", arg(&job)]);
    let verified = world.json(CLIENT, &with(&own, &["verify", arg(&job), "--all"]));
    assert_eq!((&verified["right"], &verified["checked"]), (&true.into(), &30.into()));
    let sampled = world.json(CLIENT, &with(&own, &["verify", arg(&job), "--sample", "7"]));
    assert_eq!((&sampled["right"], &sampled["checked"]), (&true.into(), &7.into()));
    world.json(CLIENT, &["demand", arg(&job), "--indices", "3,29"]);
    world.json(WORKER, &["deliver", arg(&job)]);
    world.json(REFEREE, &["confirm", arg(&job)]);
    world.json(CLIENT, &["accept", arg(&job)]);
    assert_eq!(world.phase(&job), "paid");
}

#[test]
fn a_wrong_value_of_a_program_is_ruled_by_the_referee() {
    let world = World::new();
    let own = checksums(world.path("checksums"), SCRIPT);
    let job = world.delegate(JOB, &with(&own, &["--referee", REFEREE_ADDRESS]));
    world.json(WORKER, &with(&own, &["take", arg(&job)]));
    world.json(WORKER, &with(&own, &["work", arg(&job)]));
    falsify(&world.path("JOB.result"), 20);
    world.json(WORKER, &["submit", arg(&job)]);

    let verified = world.run(CLIENT, &with(&own, &["verify", arg(&job), "--all", "--json"]));
    assert!(!verified.status.success());
    let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(
        (&verified["fault"], &verified["at"]),
        (&"wrong element".into(), &20.into())
    );
    world.json(CLIENT, &["dispute", arg(&job)]);
    let client = world.refused(CLIENT, &with(&own, &["judge", arg(&job)]));
    assert!(client.contains("only the referee"), "{client}");
    world.json(REFEREE, &with(&own, &["judge", arg(&job)]));
    assert_eq!(world.phase(&job), "convicted");
}

#[test]
fn what_is_wrong_with_a_program_or_its_folder_is_said_in_a_line() {
    let world = World::new();
    let own = checksums(world.path("checksums"), SCRIPT);
    let out = world.path("OTHER.json");
    let delegate = |task: &str, more: &[&str]| {
        let args = ["delegate", task, "--escrow", &world.escrow, "--out", arg(&out)];
        world.refused(CLIENT, &[&args[..], &["--referee", REFEREE_ADDRESS], more].concat())
    };
    let allow = ["--allow", arg(&own)];
    let said = delegate(JOB, &[]);
    assert!(
        said.contains("name the folder of `checksums` with --allow DIR"),
        "{said}"
    );
    let said = delegate("own:sums:00:3", &allow);
    assert!(said.contains("called `sums`, but checksums"), "{said}");
    let said = delegate("own:checksums:0:3", &allow);
    assert!(said.contains("input as bytes in hexadecimal"), "{said}");
    let said = delegate("own:checksums:00:0", &allow);
    assert!(said.contains("0 values"), "{said}");
    let said = delegate("own:checksums:00", &allow);
    assert!(said.contains("expected own:NAME:INPUTHEX:COUNT"), "{said}");
    let said = delegate(JOB, &[&allow[..], &["--predicate", &world.predicate]].concat());
    assert!(said.contains("`checksums`") && said.contains("has none"), "{said}");
    let said = delegate(JOB, &["--allow", arg(&world.path("nowhere"))]);
    assert!(said.contains("is no folder of an own computation"), "{said}");
    let said = delegate(JOB, &[&allow[..], &["--split", "3"]].concat());
    assert!(said.contains("cannot be split"), "{said}");

    let job = world.delegate(JOB, &[&allow[..], &["--referee", REFEREE_ADDRESS]].concat());
    fs::write(own.join("program.sh"), "exit 0").unwrap();
    let changed = world.refused(WORKER, &[&["work", arg(&job)], &allow[..]].concat());
    assert!(
        changed.contains("not told to run"),
        "another program is another computation: {changed}"
    );

    let description = own.join("task.toml");
    let told = fs::read_to_string(&description).unwrap();
    for (from, to, complaint) in [
        (
            "width = 4",
            "width = 0",
            "a width of 0 is not between 1 and 32768 bytes",
        ),
        ("width = 4", "width = \"4\"", "line 4: invalid type"),
        ("width = 4", "widht = 4", "unknown field `widht`"),
        ("\"program.sh\"]\ncommand", "\"absent.sh\"]\ncommand", "cannot read"),
        (
            "command = [\"sh\", \"program.sh\"]",
            "command = []",
            "the command is empty",
        ),
        ("name = \"checksums\"", "name = \"Check sums\"", "up to 32 letters"),
        (
            "batch = 64",
            "built = \"built\"",
            "`checksums` is not built: run `surety task build",
        ),
    ] {
        assert!(told.contains(from), "{from}");
        fs::write(&description, told.replace(from, to)).unwrap();
        let said = delegate(JOB, &allow);
        assert!(said.contains(complaint), "{to}: {said}");
    }
    let again = complaint(&surety(&["task", "new", "checksums", "--dir", arg(&own)]));
    assert!(again.contains("exists"), "{again}");
    let misnamed = complaint(&surety(&[
        "task",
        "new",
        "Check_sums",
        "--dir",
        arg(&world.path("new")),
    ]));
    assert!(misnamed.contains("is no name for a computation"), "{misnamed}");
}

#[test]
fn a_rust_function_is_computed_checked_and_judged_on_chain() {
    let world = World::new();
    // Always the same place, so that what was compiled for it is found again.
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join("divisors");
    let fresh = world.path("divisors");
    let made = world.json(CLIENT, &["task", "new", "divisors", "--dir", arg(&fresh)]);
    assert_eq!(made["name"], "divisors");
    copy(&fresh, &own);
    let job = "own:divisors:00000000000f4240:200";

    let built = world.json(CLIENT, &["task", "build", arg(&own)]);
    let deployed = world.json(CLIENT, &["task", "deploy", arg(&own)]);
    assert_eq!(built["codeHash"], deployed["codeHash"]);
    let predicate = deployed["address"].as_str().unwrap();
    let out = world.path("OTHER.json");
    let args = ["delegate", job, "--escrow", &world.escrow, "--out", arg(&out)];
    let other = world.refused(
        CLIENT,
        &[&with(&own, &args)[..], &["--predicate", &world.predicate]].concat(),
    );
    assert!(other.contains("is not that of this computation"), "{other}");

    let honest = world.delegate(job, &with(&own, &["--predicate", predicate]));
    world.json(WORKER, &with(&own, &["take", arg(&honest)]));
    world.json(WORKER, &with(&own, &["work", arg(&honest)]));
    world.json(WORKER, &["submit", arg(&honest)]);
    let verified = world.json(CLIENT, &with(&own, &["verify", arg(&honest), "--all"]));
    assert_eq!(verified["checked"], 200);
    let right = world.refused(
        REFEREE,
        &with(
            &own,
            &["judge", arg(&honest), "--fault", "wrong-element", "--index", "7"],
        ),
    );
    assert!(right.contains("NotAFault"), "{right}");
    world.json(CLIENT, &["accept", arg(&honest)]);
    assert_eq!(world.phase(&honest), "paid");

    let lie = world.path("LIE.json");
    let args = ["delegate", job, "--escrow", &world.escrow, "--out", arg(&lie)];
    world.json(CLIENT, &[&with(&own, &args)[..], &["--predicate", predicate]].concat());
    world.json(WORKER, &with(&own, &["take", arg(&lie)]));
    world.json(WORKER, &with(&own, &["work", arg(&lie)]));
    falsify(&world.path("LIE.result"), 150);
    world.json(WORKER, &["submit", arg(&lie)]);
    let sampled = world.run(CLIENT, &with(&own, &["verify", arg(&lie), "--sample", "200"]));
    assert!(!sampled.status.success(), "all were in the sample");
    world.json(REFEREE, &with(&own, &["judge", arg(&lie)]));
    assert_eq!(world.phase(&lie), "convicted");

    // A change of the function without building it again is noticed.
    let source = own.join("src/lib.rs");
    let function = fs::read_to_string(&source).unwrap();
    fs::write(&source, function.replace("sum += u128::from(divisor);", "sum += 1;")).unwrap();
    let stale = world.refused(CLIENT, &with(&own, &["verify", arg(&honest)]));
    assert!(stale.contains("was changed since it was built"), "{stale}");
}

/// Copies the files of a folder, leaving what else is in the other one.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
