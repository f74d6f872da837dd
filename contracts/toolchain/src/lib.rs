//! For build scripts: crates of this workspace to WASM, and what is deployed of it.
//!
//! Each crate is built alone, so that features of one never leak into another, in a target folder that all build scripts
//! share: what they have in common, std above all, is compiled once.

mod module;
mod toolchain;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

pub use module::deployable;
pub use toolchain::{Toolchain, find};

/// Where a build script works.
pub struct Place {
    /// The workspace.
    pub root: PathBuf,
    /// The build script's own folder for what it makes.
    pub out: PathBuf,
    /// The folder that cargo compiles WASM in.
    target: PathBuf,
}

impl Place {
    /// As cargo tells a build script whose package lies `depth` folders below the workspace.
    ///
    /// # Errors
    /// If this is no build script's environment.
    pub fn of_build_script(depth: usize) -> Result<Self, String> {
        let variable = |name| env::var_os(name).map(PathBuf::from).ok_or(format!("{name} is not set"));
        let package = variable("CARGO_MANIFEST_DIR")?;
        let package = package
            .canonicalize()
            .map_err(|error| format!("{}: {error}", package.display()))?;
        let out = variable("OUT_DIR")?;
        let above = |path: &Path, levels| path.ancestors().nth(levels).map(Path::to_path_buf);
        let misplaced = || format!("{} lies elsewhere than expected", package.display());
        Ok(Self {
            root: above(&package, depth).ok_or_else(misplaced)?,
            target: above(&out, 3).ok_or_else(misplaced)?.join("contracts"),
            out,
        })
    }

    /// Runs the build script again if any of these files and folders of the workspace changes.
    pub fn watch(&self, sources: &[&str]) {
        for source in sources {
            println!("cargo::rerun-if-changed={}", self.root.join(source).display());
        }
    }
}

impl Toolchain {
    /// Builds the library `library` in `folder` of the workspace: its module, as it is activated, without custom sections.
    ///
    /// # Errors
    /// If it does not compile, or cannot be deployed.
    pub fn module(&self, place: &Place, folder: &str, library: &str) -> Result<Vec<u8>, String> {
        self.build(&place.root, folder, &place.target)?;
        let file = format!("wasm32-unknown-unknown/release/{library}.wasm");
        let wasm = place.target.join(file);
        let built = fs::read(&wasm).map_err(|error| format!("{}: {error}", wasm.display()))?;
        let refused = |reason| format!("{} cannot be deployed: {reason}", wasm.display());
        let normal = module::normalise(&built).map_err(&refused)?;
        module::strip(&normal).ok_or_else(|| refused("a section is cut short".into()))
    }
}
