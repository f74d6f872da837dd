//! New folders of own computations.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use super::folder::is_name;

/// What a new computation is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// One function, from which the program and the predicate are built.
    Rust,
    /// Any program: worker and client run it, a referee's word decides.
    Any,
}

/// Files of a folder: name and text, in which `{{name}}` stands for the computation's name.
type Files = &'static [(&'static str, &'static str)];

const RUST: Files = &[
    ("task.toml", include_str!("../../template/rust/task.toml")),
    ("Cargo.toml", include_str!("../../template/rust/Cargo.toml.in")),
    ("Cargo.lock", include_str!("../../template/rust/Cargo.lock.in")),
    (".gitignore", include_str!("../../template/rust/gitignore")),
    ("README.md", include_str!("../../template/rust/README.md")),
    ("src/lib.rs", include_str!("../../template/rust/src/lib.rs")),
    ("src/main.rs", include_str!("../../template/rust/src/main.rs")),
    ("src/predicate.rs", include_str!("../../template/rust/src/predicate.rs")),
];

const ANY: Files = &[
    ("task.toml", include_str!("../../template/command/task.toml")),
    ("program.sh", include_str!("../../template/command/program.sh")),
];

/// Writes a new folder for a computation of this name. Nothing that exists is touched.
pub fn create(folder: &Path, name: &str, language: Language) -> Result<()> {
    ensure!(
        is_name(name),
        "`{name}` is no name for a computation: up to 32 letters a to z, digits and hyphens, the first of them a letter"
    );
    ensure!(
        !folder.exists(),
        "{} exists: choose another name or --dir",
        folder.display()
    );
    let files = match language {
        Language::Rust => RUST,
        Language::Any => ANY,
    };
    for (file, text) in files {
        let path = folder.join(file);
        let unwritable = || format!("cannot write {}", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(unwritable)?;
        }
        fs::write(&path, text.replace("{{name}}", name)).with_context(unwritable)?;
    }
    Ok(())
}
