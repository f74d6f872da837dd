//! Every promise of `docs/INVARIANTS.md` and every threat of `docs/TRUST.md` names tests that exist, and every contract names
//! promises that are there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Ids with the tests that they name.
fn promises() -> BTreeMap<String, Vec<String>> {
    table("docs/INVARIANTS.md", "| id |")
}

/// The first cell of each row of a table, with the tests that its last one names.
fn table(page: &str, head: &str) -> BTreeMap<String, Vec<String>> {
    let text = read(&root().join(page));
    let rows = text.lines().skip_while(|line| !line.starts_with(head)).skip(2);
    rows.take_while(|line| line.starts_with('|'))
        .map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
            let tests = cells.last().map(|tests| tests.split(',')).expect("a row has cells");
            let tests = tests.map(|test| test.trim().trim_matches('`').to_owned());
            (cells[0].to_owned(), tests.collect())
        })
        .collect()
}

/// Names of all functions in the tests' sources.
fn functions(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            functions(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = read(&path);
            let declared = text.split("fn ").skip(1);
            names.extend(declared.map(|rest| {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                rest[..end.unwrap_or(rest.len())].to_owned()
            }));
        }
    }
}

#[test]
fn every_promise_has_its_tests() {
    let promises = promises();
    assert!(promises.len() >= 15, "the table was read");
    check(promises, &["escrow/tests", "tests", "protocol/tests"]);
}

#[test]
fn every_threat_has_its_tests() {
    let threats = table("docs/TRUST.md", "| threat |");
    assert!(threats.len() >= 20, "the table was read");
    check(
        threats,
        &[
            "escrow/tests",
            "tests",
            "protocol/tests",
            "tasks",
            "cli/tests",
            "cli/src/agent",
        ],
    );
}

/// Whether each row names tests, and all of them lie in these folders.
fn check(rows: BTreeMap<String, Vec<String>>, folders: &[&str]) {
    let mut names = BTreeSet::new();
    for folder in folders {
        functions(&root().join(folder), &mut names);
    }
    for (row, tests) in rows {
        assert!(!tests.is_empty(), "{row} has no test");
        for test in tests {
            assert!(names.contains(&test), "{row} names `{test}`, which is no test");
        }
    }
}

#[test]
fn every_contract_names_its_promises() {
    let promises = promises();
    let mut named = BTreeSet::new();
    for contract in ["escrow", "referee", "collusion"] {
        let text = read(&root().join(contract).join("src/lib.rs"));
        let header = text.lines().take_while(|line| line.starts_with("//!"));
        let list = header
            .skip_while(|line| !line.contains("Promises ("))
            .take_while(|line| *line != "//!");
        let text: String = list.collect::<Vec<_>>().join(" ");
        let inside = text
            .split_once("docs/INVARIANTS.md`): ")
            .map(|(_, rest)| rest.split('.').next());
        let ids = inside
            .flatten()
            .unwrap_or_else(|| panic!("{contract} names its promises"));
        for id in ids.replace("//!", "").split(',').map(|id| id.trim().to_owned()) {
            assert!(
                promises.contains_key(&id),
                "{contract} promises `{id}`, which docs/INVARIANTS.md does not know"
            );
            named.insert(id);
        }
    }
    for id in promises.keys() {
        assert!(named.contains(id), "no contract promises {id}");
    }
}
