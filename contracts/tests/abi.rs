//! The files of `abi/` are what the bindings say. `SURETY_UPDATE=1 cargo test -p surety-contracts` writes them anew.

use std::{collections::BTreeSet, env, fs, path::Path};
use surety_contracts::export;

#[test]
fn exported_abi_is_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("abi");
    let files = export::files();
    for file in &files {
        let path = folder.join(&file.name);
        if env::var_os("SURETY_UPDATE").is_some() {
            fs::write(&path, &file.text).expect("abi folder is writable");
        }
        let stored = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            stored, file.text,
            "{} is stale: run SURETY_UPDATE=1 cargo test -p surety-contracts",
            file.name
        );
    }
    let expected: BTreeSet<_> = files.into_iter().map(|file| file.name).collect();
    let stored: BTreeSet<_> = fs::read_dir(&folder)
        .expect("abi folder exists")
        .map(|entry| entry.expect("readable").file_name().into_string().expect("plain name"))
        .collect();
    assert_eq!(stored, expected, "abi/ holds exactly what is exported");
}
