//! JSON-RPC over a [`Node`](crate::Node).
