//! A folder with an own computation, and the description in it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use surety_protocol::{Digest, sha256};

/// What an own computation is described in.
const DESCRIPTION: &str = "task.toml";
/// Names what is hashed, so that a digest is that of nothing else.
const DOMAIN: &[u8] = b"surety own computation 1";
/// The escrow takes no larger elements.
const MOST_WIDTH: u32 = 32_768;
/// In the folder that `built` names: the digest of what it was built from, and the predicate.
const DIGEST: &str = "digest";
const PREDICATE: &str = "predicate.code";

/// `task.toml`, as people write it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    name: String,
    /// Bytes of each element.
    width: u32,
    /// The program and its arguments. A path is one from the folder.
    command: Vec<String>,
    /// Files and folders that make the function what it is.
    files: Vec<String>,
    /// Where `surety task build` puts what it makes of them.
    built: Option<String>,
    /// Indices that one process is asked for, at most.
    #[serde(default = "default_batch")]
    batch: u64,
    /// How long one process may take.
    #[serde(default = "default_timeout", with = "timeout")]
    timeout: Duration,
}

fn default_batch() -> u64 {
    64
}

fn default_timeout() -> Duration {
    Duration::from_secs(600)
}

mod timeout {
    use serde::{Deserialize, Deserializer, de::Error};
    use std::time::Duration;

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        humantime::parse_duration(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// An own computation that can be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    pub name: String,
    pub folder: PathBuf,
    pub width: u32,
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub batch: u64,
    pub timeout: Duration,
    pub digest: Digest,
    /// Code of the contract that decides about its elements, if it was built.
    pub predicate: Option<Vec<u8>>,
}

/// The name of what lies in a folder.
pub fn name(folder: &Path) -> Result<String> {
    Ok(Description::read(folder)?.name)
}

impl Own {
    /// Reads a folder whose program is ready to run.
    pub fn read(folder: &Path) -> Result<Self> {
        let description = Description::read(folder)?;
        let digest = description.digest(folder)?;
        let mut predicate = None;
        if let Some(built) = description.built_in(folder) {
            let hint = || format!("run `surety task build {}`", folder.display());
            let of = fs::read_to_string(built.join(DIGEST))
                .with_context(|| format!("`{}` is not built: {}", description.name, hint()))?;
            ensure!(
                of.trim() == hex::encode(digest),
                "`{}` was changed since it was built: {}",
                description.name,
                hint()
            );
            predicate = fs::read(built.join(PREDICATE)).ok();
        }
        let folder = folder
            .canonicalize()
            .with_context(|| format!("cannot find {}", folder.display()))?;
        let (program, arguments) = description.command.split_first().context("the command is empty")?;
        Ok(Self {
            program: if program.contains('/') {
                folder.join(program)
            } else {
                program.into()
            },
            arguments: arguments.to_vec(),
            name: description.name,
            width: description.width,
            batch: description.batch,
            timeout: description.timeout,
            folder,
            digest,
            predicate,
        })
    }
}

/// Where a folder's program and predicate are put when they are built, and how they are found again.
pub struct Site {
    pub name: String,
    pub out: PathBuf,
    digest: Digest,
}

impl Site {
    /// A folder whose description says where; what is built is built from the files as they are now.
    pub fn read(folder: &Path) -> Result<Self> {
        let description = Description::read(folder)?;
        let Some(out) = description.built_in(folder) else {
            bail!(
                "`{}` needs no building: its description names no folder to build in (`built`)",
                description.name
            );
        };
        Ok(Self {
            digest: description.digest(folder)?,
            name: description.name,
            out,
        })
    }

    /// Notes down what was built. The digest comes last: without it nothing counts.
    pub fn note(&self, predicate: &[u8]) -> Result<()> {
        let write = |name, bytes: &[u8]| {
            let path = self.out.join(name);
            fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
        };
        write(PREDICATE, predicate)?;
        write(DIGEST, hex::encode(self.digest).as_bytes())
    }

    pub const fn digest(&self) -> &Digest {
        &self.digest
    }
}

impl Description {
    fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(DESCRIPTION);
        let text = fs::read_to_string(&path).with_context(|| {
            format!(
                "{} is no folder of an own computation: cannot read {DESCRIPTION}",
                folder.display()
            )
        })?;
        let description: Self = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].lines().count().max(1));
            anyhow::anyhow!("{}, line {line}: {}", path.display(), error.message())
        })?;
        description
            .check()
            .with_context(|| format!("{} is wrong", path.display()))?;
        Ok(description)
    }

    fn check(&self) -> Result<()> {
        ensure!(
            is_name(&self.name),
            "the name {:?} may only have up to 32 letters a to z, digits and hyphens, and begins with a letter",
            self.name
        );
        ensure!(
            (1..=MOST_WIDTH).contains(&self.width),
            "a width of {} is not between 1 and {MOST_WIDTH} bytes",
            self.width
        );
        ensure!(!self.command.is_empty(), "the command is empty");
        ensure!(
            !self.files.is_empty(),
            "it names no files, so any program would be the same"
        );
        ensure!(self.batch > 0, "a batch has at least one index");
        Ok(())
    }

    fn built_in(&self, folder: &Path) -> Option<PathBuf> {
        self.built.as_ref().map(|built| folder.join(built))
    }

    /// SHA-256 of all that makes the function: each part after its length.
    fn digest(&self, folder: &Path) -> Result<Digest> {
        let mut files = Vec::new();
        for file in &self.files {
            collect(folder, file, &mut files)?;
        }
        files.sort_unstable();
        files.dedup();
        let mut parts: Vec<Vec<u8>> = vec![
            DOMAIN.to_vec(),
            self.name.clone().into(),
            self.width.to_be_bytes().into(),
        ];
        parts.push((self.command.len() as u64).to_be_bytes().into());
        parts.extend(self.command.iter().map(|word| word.clone().into_bytes()));
        for file in files {
            let path = folder.join(&file);
            let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            parts.push(file.into_bytes());
            parts.push(sha256(&[&bytes]).into());
        }
        let framed: Vec<u8> = parts
            .into_iter()
            .flat_map(|part| [&(part.len() as u64).to_be_bytes()[..], &part].concat())
            .collect();
        Ok(sha256(&[&framed]))
    }
}

/// The names of files, those in folders too, with the separator `/` on every system.
fn collect(folder: &Path, name: &str, files: &mut Vec<String>) -> Result<()> {
    let path = folder.join(name);
    if !path.is_dir() {
        files.push(name.to_owned());
        return Ok(());
    }
    let unreadable = || format!("cannot read {}", path.display());
    for entry in fs::read_dir(&path).with_context(unreadable)? {
        let inside = entry.with_context(unreadable)?.file_name();
        let inside = inside
            .to_str()
            .with_context(|| format!("a file in {} has a name that is no text", path.display()))?;
        collect(folder, &format!("{}/{inside}", name.trim_end_matches('/')), files)?;
    }
    Ok(())
}

/// Whether something can be called so, here and as a Rust package.
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=32).contains(&name.len()) && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESCRIBED: &str = "name = \"sums\"\nwidth = 4\ncommand = [\"sh\", \"a.sh\"]\nfiles = [\"lib\", \"a.sh\"]\n";

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("lib/deep")).unwrap();
        for (name, text) in [
            ("task.toml", DESCRIBED),
            ("a.sh", "echo a"),
            ("lib/deep/b.sh", "echo b"),
            ("unnamed", "x"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_digest_is_the_documented_hash() {
        let parts: [&[u8]; 10] = [
            b"surety own computation 1",
            b"sums",
            &[0, 0, 0, 4],
            &2u64.to_be_bytes(),
            b"sh",
            b"a.sh",
            b"a.sh",
            &sha256(&[b"echo a"]),
            b"lib/deep/b.sh",
            &sha256(&[b"echo b"]),
        ];
        let framed: Vec<u8> = parts
            .iter()
            .flat_map(|part| [&(part.len() as u64).to_be_bytes()[..], part].concat())
            .collect();
        assert_eq!(Own::read(folder().path()).unwrap().digest, sha256(&[&framed]));
    }

    #[test]
    fn only_what_makes_the_function_makes_another_digest() {
        let folder = folder();
        let path = |name| folder.path().join(name);
        let digest = || Own::read(folder.path()).unwrap().digest;
        let first = digest();
        fs::write(path("unnamed"), "y").unwrap();
        fs::write(path("task.toml"), format!("{DESCRIBED}batch = 7\ntimeout = \"3s\"\n")).unwrap();
        assert_eq!(digest(), first);
        for (from, to) in [("sums", "sum"), ("width = 4", "width = 5"), ("\"sh\"", "\"bash\"")] {
            fs::write(path("task.toml"), DESCRIBED.replace(from, to)).unwrap();
            assert_ne!(digest(), first, "{to}");
        }
        fs::write(path("task.toml"), DESCRIBED).unwrap();
        fs::rename(path("lib/deep/b.sh"), path("lib/deep/c.sh")).unwrap();
        assert_ne!(digest(), first, "another name");
        fs::write(path("lib/deep/b.sh"), "echo b").unwrap();
        assert_ne!(digest(), first, "one file more");
    }
}
