//! Every promise of `docs/INVARIANTS.md` names tests that exist, and every contract names promises that are there.

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
    let text = read(&root().join("docs/INVARIANTS.md"));
    let rows = text.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [id, _, tests] = cells[..] else {
            panic!("three columns: {row}")
        };
        let tests = tests.split(',').map(|test| test.trim().trim_matches('`').to_owned());
        (id.to_owned(), tests.collect())
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
    let mut names = BTreeSet::new();
    for folder in ["escrow/tests", "tests", "protocol/tests"] {
        functions(&root().join(folder), &mut names);
    }
    let promises = promises();
    assert!(promises.len() >= 15, "the table was read");
    for (id, tests) in promises {
        assert!(!tests.is_empty(), "{id} has no test");
        for test in tests {
            assert!(names.contains(&test), "{id} names `{test}`, which is no test");
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
