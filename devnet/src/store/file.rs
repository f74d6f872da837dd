//! Reading and replacing the file.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use alloy_primitives::{B256, keccak256};
use alloy_rlp::Decodable;

use super::image::ChainImage;

/// The first bytes of every file.
const MAGIC: &[u8; 20] = b"surety-devnet state\n";
/// Changes with every change of what follows the header.
const VERSION: u32 = 1;
/// Magic, version (u32), length of the payload (u64), keccak-256 of the payload. Numbers are big-endian.
const HEADER: usize = MAGIC.len() + 4 + 8 + 32;

/// Why a state file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot read or write the state file: {0}")]
    Io(#[from] io::Error),
    #[error("this is not a state file of surety devnet: expected it to start with \"surety-devnet state\"")]
    Foreign,
    #[error("the state file has format version {found}, this program reads version {VERSION}")]
    Version { found: u32 },
    #[error("the state file is damaged: {0}")]
    Damaged(String),
    #[error("the state file is of a chain with {what} {found}, but {wanted} was asked for")]
    OtherChain {
        what: &'static str,
        found: u64,
        wanted: u64,
    },
}

/// The content of a file.
pub fn encode(image: &ChainImage) -> Vec<u8> {
    let payload = alloy_rlp::encode(image);
    let mut content = Vec::with_capacity(HEADER + payload.len());
    content.extend_from_slice(MAGIC);
    content.extend_from_slice(&VERSION.to_be_bytes());
    content.extend_from_slice(&(payload.len() as u64).to_be_bytes());
    content.extend_from_slice(keccak256(&payload).as_slice());
    content.extend(payload);
    content
}

/// Writes `image` so that `path` holds either what it held before or all of it, whenever the process ends.
pub fn replace(path: &Path, image: &ChainImage) -> Result<(), StoreError> {
    let content = encode(image);
    let unfinished = unfinished(path);
    let mut file = File::create(&unfinished)?;
    file.write_all(&content)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    // The new name must be on the disk too.
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Reads the chain, or None if there is no file.
pub fn load(path: &Path) -> Result<Option<ChainImage>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => decode(&bytes).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Reads the content of a file.
pub fn decode(bytes: &[u8]) -> Result<ChainImage, StoreError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(StoreError::Foreign)?;
    let damaged = |reason: &str| StoreError::Damaged(reason.into());
    let cut = || damaged("it ends within its header");
    let (version, rest) = rest.split_first_chunk().ok_or_else(cut)?;
    let found = u32::from_be_bytes(*version);
    if found != VERSION {
        return Err(StoreError::Version { found });
    }
    let (length, rest) = rest.split_first_chunk().ok_or_else(cut)?;
    let (checksum, mut payload) = rest.split_first_chunk().ok_or_else(cut)?;
    let length = u64::from_be_bytes(*length);
    if length != payload.len() as u64 {
        return Err(StoreError::Damaged(format!(
            "its header announces {length} bytes, {} follow",
            payload.len()
        )));
    }
    if keccak256(payload) != B256::from(*checksum) {
        return Err(damaged("its checksum does not fit"));
    }
    ChainImage::decode(&mut payload).map_err(|error| StoreError::Damaged(error.to_string()))
}

/// Where a file is written before it takes its place.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".unfinished");
    name.into()
}
