//! Crates to WASM, and what is deployed of it: for build scripts, whose crates are this workspace's, and for `surety task
//! build`, whose crates are people's own.
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

/// Where something is built.
pub struct Place {
    /// The workspace.
    pub root: PathBuf,
    /// The folder for what is made of it.
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

    /// A workspace of somebody's own, which keeps what is made of it in `out`. The folder is made.
    ///
    /// # Errors
    /// If there is no such workspace, or no such folder can be made.
    pub fn of_project(root: &Path, out: &Path) -> Result<Self, String> {
        let failed = |path: &Path, error| format!("{}: {error}", path.display());
        fs::create_dir_all(out).map_err(|error| failed(out, error))?;
        let whole = |path: &Path| path.canonicalize().map_err(|error| failed(path, error));
        let (root, out) = (whole(root)?, whole(out)?);
        Ok(Self {
            target: out.join("target"),
            root,
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

/// Builds the program `name` for this computer, and says where it is.
///
/// # Errors
/// If it does not compile.
pub fn program(place: &Place, name: &str) -> Result<PathBuf, String> {
    toolchain::build_native(&place.root, name, &place.target)?;
    Ok(place.target.join("release").join(name))
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
