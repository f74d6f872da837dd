//! From the Rust of an own computation to the program that computes it and the contract that judges it.

use std::{fs, path::Path};

use anyhow::{Context, Result, anyhow};
use surety_protocol::Digest;
use surety_toolchain::{Place, deployable};

use super::folder::Site;

/// What the template calls its program and its library.
const PROGRAM: &str = "program";
const LIBRARY: &str = "function";

/// What came of building.
pub struct Built {
    pub name: String,
    pub digest: Digest,
    /// As it is deployed.
    pub predicate: Vec<u8>,
}

/// Builds the program for this computer and the predicate for the chain, in the folder.
pub fn build(folder: &Path) -> Result<Built> {
    let site = Site::read(folder)?;
    let place = Place::of_project(folder, &site.out).map_err(|reason| anyhow!(reason))?;
    let program = surety_toolchain::program(&place, PROGRAM).map_err(|reason| anyhow!(reason))?;
    let to = site.out.join(PROGRAM);
    // Beside, then in its place: a process may be running the old one.
    let fresh = to.with_extension("new");
    fs::copy(&program, &fresh)
        .and_then(|_| fs::rename(&fresh, &to))
        .with_context(|| format!("cannot write {}", to.display()))?;
    let toolchain = surety_toolchain::find(&place.root).map_err(|reason| anyhow!(reason))?;
    let module = toolchain
        .module(&place, ".", LIBRARY)
        .map_err(|reason| anyhow!(reason))?;
    let predicate = deployable(&module);
    // The first build writes Cargo.lock, which is one of the files.
    let site = Site::read(folder)?;
    site.note(&predicate)?;
    Ok(Built {
        digest: *site.digest(),
        name: site.name,
        predicate,
    })
}
