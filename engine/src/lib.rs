//! The engine of worker and client: computing a task on all processors, committing to the result, checking one.
//!
//! | module | what |
//! |---|---|
//! | [`sha`] | SHA-256 of many messages at once |
//! | [`merkle`] | the tree of the commitments at size: in memory, from a stream, and proofs from a file |
//! | [`batch`] | runs of elements, as a result file has them |
//! | [`compute`] | the results of the tasks, piece by piece in parallel |
//! | [`result`] | the result file: reading, writing, and proofs out of it |
//! | [`work`] | the worker: computes to a file, and carries on where it was stopped |
//! | [`verify`] | the client: checks a file's root and order, its elements or a sample of them |
//!
//! Nothing here runs on chain. Memory grows with the number of processors, never with a result, except where
//! [`merkle::Tree`] is asked for.

pub mod batch;
pub mod compute;
pub mod merkle;
pub mod result;
pub mod sha;
pub mod verify;
pub mod work;
