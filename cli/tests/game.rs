//! `surety game` as people and machines run it. It needs no chain.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

fn game(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_surety"))
        .arg("game")
        .args(args)
        .env_remove("RUST_LOG")
        .output()
        .unwrap()
}

fn solved(args: &[&str]) -> Value {
    let output = game(&[args, &["--json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(args: &[&str]) -> String {
    let output = game(args);
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

fn exact<'v>(json: &'v Value, path: &str) -> &'v str {
    json.pointer(path)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("nothing at {path}: {json}"))
}

#[test]
fn the_papers_thresholds_are_printed_for_machines() {
    let json = solved(&[]);
    assert_eq!(exact(&json, "/paper/collusionUpTo/published/at/exact"), "37/175");
    assert_eq!(exact(&json, "/paper/collusionUpTo/fromEscrow/at/exact"), "187/400");
    assert_eq!(exact(&json, "/paper/honestyOnlyFrom/published/at/exact"), "37/175");
    assert_eq!(json["paper"]["fines"]["n"], json["paper"]["fines"]["nClosedForm"]);
    assert_eq!(json["paper"]["fines"]["m"], json["paper"]["fines"]["mClosedForm"]);
    let only = json["paper"]["equilibria"].as_array().unwrap();
    assert_eq!(only.len(), 1);
    assert_eq!(exact(&only[0], "/worker/honest/exact"), "1");

    // The contracts' game at the defaults: who checks gets honest work, who only appeals does not.
    let settings = &json["contracts"]["settings"];
    assert_eq!(settings["checks"]["onlyHonest"], true);
    assert_eq!(settings["appealsAndChecks"]["onlyHonest"], true);
    assert_eq!(settings["appeals"]["onlyHonest"], false);
    assert_eq!(settings["chooses"]["onlyHonest"], false);
}

#[test]
fn parameters_of_both_games_can_be_set() {
    // Without bonuses the closed forms are b + t + c3 and t + c2.
    let json = solved(&[
        "--paper",
        "t=0.1",
        "--paper",
        "b=1/2",
        "--judge",
        "trusted-word",
        "--gas",
        "judge=1",
    ]);
    assert_eq!(exact(&json, "/paper/fines/n/exact"), "127/100");
    assert_eq!(exact(&json, "/paper/fines/m/exact"), "31/50");
    // A confirmed lie is beyond any word, so no terms deter a pact.
    assert_eq!(json["contracts"]["advice"]["appealsAndChecks"], Value::Null);
}

#[test]
fn a_client_that_chooses_is_solved_whatever_the_referee_earns() {
    // A degenerate game: taken in the order of the strategies, its half-spaces leave more than 20,000 rays on the way.
    let json = solved(&["--fee", "0.001"]);
    let chooses = &json["contracts"]["settings"]["chooses"];
    assert_eq!(chooses.get("error"), None);
    let perfect = chooses["subgamePerfect"].as_array().unwrap();
    assert!(!perfect.is_empty());
    assert_eq!(chooses["onlyHonest"], false, "who may trust does not always check");
}

#[test]
fn plots_are_drawn_without_any_installed_font() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("plots");
    let nowhere = folder.path().join("no-fonts");
    let output = Command::new(env!("CARGO_BIN_EXE_surety"))
        .args(["game", "plot", "--out"])
        .arg(&out)
        .env("FONTCONFIG_PATH", &nowhere)
        .env("FONTCONFIG_FILE", &nowhere)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(listed.lines().count(), 8);
    for path in listed.lines().map(Path::new) {
        let bytes = fs::read(path).unwrap();
        if path.extension().is_some_and(|extension| extension == "png") {
            assert!(bytes.starts_with(b"\x89PNG\r\n"), "{}", path.display());
        } else {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.starts_with("<svg") && text.contains("<text"), "{}", path.display());
        }
    }
    let region = fs::read_to_string(out.join("honest-region.svg")).unwrap();
    assert!(region.contains("honesty is the only equilibrium"), "labels are text");
}

#[test]
fn bad_parameters_are_refused_with_what_is_expected() {
    for (args, hint) in [
        (vec!["--paper", "x=1"], "r2, r3, c2"),
        (vec!["--paper", "p=2"], "between 0 and 1"),
        (vec!["--paper", "d=much"], "write 0.5 or 1/2"),
        (vec!["--paper", "d"], "NAME=VALUE"),
        (vec!["--gas", "fly=1"], "checkResults"),
        (vec!["--gas", "judge=some"], "whole number"),
        (vec!["--checks", "1.5"], "between 0 and 1"),
        (vec!["--watcher", "2"], "--watcher 2 is no probability"),
    ] {
        let complaint = refused(&args);
        assert!(complaint.contains(hint), "{args:?}: {complaint}");
    }
}
