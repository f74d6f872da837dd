//! The chain on disk: one file that is only ever replaced as a whole.
//!
//! A file is a line that names the format, its version, the length of what follows, a checksum, and the chain as RLP
//! ([`image`]). It is written beside its place, brought to the disk, and then renamed over the old one ([`file`]), so a
//! process that is killed at any moment leaves either the old file or the new one. [`Autosave`] does that while a node runs.

mod autosave;
pub(crate) mod file;
pub(crate) mod image;

pub use autosave::Autosave;
pub use file::StoreError;
