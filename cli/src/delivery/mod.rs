//! Delivery over HTTP: a worker serves its results, a client downloads them and checks what arrives while it arrives.
//!
//! | request | answer |
//! |---|---|
//! | `GET /jobs` | ids of the jobs whose files are served, a JSON list |
//! | `GET /jobs/ID` | the job file |
//! | `GET /results/ID` | the result file (`resultfile`), with range requests |
//! | `GET /results/ID/groups` | 32 bytes for each group of 256 elements: the root of its subtree |
//! | `GET /results/ID/leaves?indices=0,17` | elements with their inclusion proofs, JSON |
//!
//! Every answer about a result has its root and count in `x-surety-root` and `x-surety-count`. A result is served only
//! once its root is on the chain: before, it is the worker's secret.
//!
//! Groups are aligned at multiples of a power of two, so their roots are nodes of the result's own tree (RFC 9162), and
//! the tree over them has the committed root. That checks the list of groups before any element, and each group by
//! itself.

pub mod args;
mod fetch;
mod serve;

pub use fetch::{Fetcher, Wanted};
pub use serve::{Goods, serve};

/// Names of the headers.
const ROOT: &str = "x-surety-root";
const COUNT: &str = "x-surety-count";
