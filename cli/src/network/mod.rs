//! Networks by name: how they are reached, whether their ether is money, and which contracts are known on them.
//!
//! | module | what |
//! |---|---|
//! | `config` | the networks that are built in, and the user's own in `networks.toml` |
//! | `deployments` | what `surety deploy` put where, in a file beside it |
//! | `args` | the command line of networks, keys and deployment |
//! | `session` | a connection to the network that a command is about |

pub mod args;
pub mod config;
pub mod deployments;
pub mod session;

pub use config::{Config, Network};
pub use deployments::{Deployment, Deployments};
pub use session::Session;
