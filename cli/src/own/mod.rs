//! Computations that people bring along: a folder with a program and its description, `task.toml`.
//!
//! A job commits to the digest of what the description names, so worker, client and referee know that they run the same
//! program; and each runs it only from a folder that was named to it with `--allow`. To the job it is a Table: value i is
//! what the program answers to index i ([`surety_engine::compute::External`] has the words). `docs/TASKS.md` has the bytes.
//!
//! | module | what |
//! |---|---|
//! | `args` | the command line |
//! | `folder` | a folder and its description, as it is read |
//! | `job` | what a job asks of it: the bytes of function and data |
//! | `build` | its program and its predicate, from Rust |
//! | `template` | new folders |

pub mod args;
mod build;
mod folder;
mod job;
mod template;

use std::{path::PathBuf, sync::Arc};

use anyhow::{Result, bail};
use surety_protocol::Digest;

pub use build::build;
pub use folder::Own;
pub use job::{Job, PREFIX};
pub use template::{Language, create};

/// The folders whose programs this computer may run. They are read when a job asks for one.
#[derive(Clone, Debug, Default)]
pub struct Allowed(Arc<[PathBuf]>);

impl Allowed {
    pub fn new(folders: &[PathBuf]) -> Self {
        Self(folders.into())
    }

    /// The one that a person calls by its name.
    fn named(&self, name: &str) -> Result<Own> {
        let mut names = Vec::new();
        for folder in &*self.0 {
            let found = folder::name(folder)?;
            if found == name {
                return Own::read(folder);
            }
            names.push(found);
        }
        match names.as_slice() {
            [] => bail!("no own computation is known here: name the folder of `{name}` with --allow DIR"),
            names => bail!(
                "no own computation here is called `{name}`, but {}: name its folder with --allow DIR",
                names.join(", ")
            ),
        }
    }

    /// The one that a job commits to.
    fn with_digest(&self, digest: &Digest) -> Result<Own> {
        let mut broken = None;
        for folder in &*self.0 {
            match Own::read(folder) {
                Ok(own) if own.digest == *digest => return Ok(own),
                Ok(_) => {}
                Err(error) => broken = Some(error),
            }
        }
        match broken {
            // It might have been that one.
            Some(error) => Err(error),
            None => bail!(
                "it is an own computation that this computer was not told to run (digest {}): get its folder, read what \
                 it does, and name it with --allow DIR",
                hex::encode(digest)
            ),
        }
    }
}
