//! `docs/CONTRACTS.md` says what the contracts say: it is made of their interfaces, of the comments in their sources and of
//! the table of phases that the tests go by. `SURETY_UPDATE=1 cargo test -p surety-native --test reference` writes it anew.

mod page;
mod reach;
mod source;

use std::{env, fs, path::Path};

use page::page;

#[test]
fn the_contracts_reference_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/CONTRACTS.md");
    let text = page();
    if env::var_os("SURETY_UPDATE").is_some() {
        fs::write(&path, &text).expect("docs can be written");
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == text,
        "docs/CONTRACTS.md is stale: run SURETY_UPDATE=1 cargo test -p surety-native --test reference"
    );
}

#[test]
fn every_call_view_and_error_is_explained() {
    let mut heading = String::new();
    let mut explained = 0;
    for line in page().lines() {
        if line.starts_with('#') {
            heading = line.to_owned();
        } else if line.starts_with("| `") && ["### Calls", "### Views", "### Errors"].contains(&heading.as_str()) {
            assert!(!line.ends_with("|  |"), "nothing is said about {line}");
            explained += 1;
        }
    }
    assert!(explained > 30, "the page has its tables");
}
