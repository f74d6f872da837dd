//! Ethereum's Merkle Patricia trie, in memory and changed a key at a time.
//!
//! Nodes are shared between copies and know their encoding once it was asked for, so a copy costs nothing and a new root only
//! what lies between it and the keys that changed. alloy's own builder computes a root from all keys, which a chain with many
//! accounts could not do for every block.

mod state;

use std::sync::{Arc, OnceLock};

use alloy_primitives::{B256, Bytes, keccak256};
use alloy_trie::{
    EMPTY_ROOT_HASH, Nibbles, TrieMask,
    nodes::{BranchNodeRef, ExtensionNodeRef, LeafNodeRef, RlpNode},
};

pub use state::StateTrie;

/// A trie whose keys have 32 bytes each.
#[derive(Clone, Debug, Default)]
pub struct Trie {
    root: Option<Arc<Node>>,
}

#[derive(Debug)]
struct Node {
    content: Content,
    encoded: OnceLock<Encoded>,
}

/// A node in RLP, and what its parent holds of it: its hash, or the RLP itself if that is shorter.
#[derive(Debug)]
struct Encoded {
    rlp: Vec<u8>,
    reference: RlpNode,
}

type Children = [Option<Arc<Node>>; 16];

#[derive(Debug)]
enum Content {
    Leaf { path: Nibbles, value: Vec<u8> },
    Extension { path: Nibbles, child: Arc<Node> },
    Branch(Box<Children>),
}

impl Trie {
    pub const fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// Sets or, without a value, removes a key.
    pub fn set(&mut self, key: B256, value: Option<Vec<u8>>) {
        let path = Nibbles::unpack(key);
        self.root = match value {
            Some(value) => Some(insert(self.root.as_ref(), path, value)),
            None => self.root.as_ref().and_then(|root| remove(root, path)),
        };
    }

    pub fn root(&self) -> B256 {
        let Some(root) = &self.root else {
            return EMPTY_ROOT_HASH;
        };
        let encoded = root.encoded();
        encoded.reference.as_hash().unwrap_or_else(|| keccak256(&encoded.rlp))
    }

    /// The nodes from the root to a key, or to where the key would be. A node that lies within its parent is not listed.
    pub fn proof(&self, key: B256) -> Vec<Bytes> {
        let mut path = Nibbles::unpack(key);
        let mut proof = Vec::new();
        let mut next = self.root.as_ref();
        while let Some(node) = next {
            let encoded = node.encoded();
            if proof.is_empty() || encoded.reference.is_hash() {
                proof.push(Bytes::from(encoded.rlp.clone()));
            }
            let passed = match &node.content {
                Content::Leaf { .. } => break,
                Content::Extension { path: own, child } => {
                    next = path.starts_with(own).then_some(child);
                    own.len().min(path.len())
                }
                Content::Branch(children) => {
                    next = path.first().and_then(|nibble| children[usize::from(nibble)].as_ref());
                    1
                }
            };
            path = path.slice(passed..);
        }
        proof
    }
}

impl Node {
    fn new(content: Content) -> Arc<Self> {
        let encoded = OnceLock::new();
        Arc::new(Self { content, encoded })
    }

    fn encoded(&self) -> &Encoded {
        self.encoded.get_or_init(|| {
            let mut rlp = Vec::new();
            let reference = match &self.content {
                Content::Leaf { path, value } => LeafNodeRef::new(path, value).rlp(&mut rlp),
                Content::Extension { path, child } => {
                    let child = child.encoded().reference.as_slice();
                    ExtensionNodeRef::new(path, child).rlp(&mut rlp)
                }
                Content::Branch(children) => {
                    let mut mask = TrieMask::default();
                    let mut stack = Vec::with_capacity(children.len());
                    for (nibble, child) in (0..).zip(children.iter()) {
                        if let Some(child) = child {
                            mask.set_bit(nibble);
                            stack.push(child.encoded().reference.clone());
                        }
                    }
                    BranchNodeRef::new(&stack, mask).rlp(&mut rlp)
                }
            };
            Encoded { rlp, reference }
        })
    }
}

fn leaf(path: Nibbles, value: Vec<u8>) -> Arc<Node> {
    Node::new(Content::Leaf { path, value })
}

/// A node further up: what lies between goes into the node if it has a path, else into an extension.
fn extended(path: Nibbles, node: &Arc<Node>) -> Arc<Node> {
    if path.is_empty() {
        return node.clone();
    }
    Node::new(match &node.content {
        Content::Leaf { path: rest, value } => Content::Leaf {
            path: path.join(rest),
            value: value.clone(),
        },
        Content::Extension { path: rest, child } => Content::Extension {
            path: path.join(rest),
            child: child.clone(),
        },
        Content::Branch(_) => Content::Extension {
            path,
            child: node.clone(),
        },
    })
}

/// Two nodes that part after `common` nibbles of their paths.
fn fork(common: usize, paths: [&Nibbles; 2], node: impl FnOnce(Nibbles) -> Arc<Node>, value: Vec<u8>) -> Arc<Node> {
    let mut children = Children::default();
    let nibble = |path: &Nibbles| usize::from(path.get(common).unwrap_or_default());
    children[nibble(paths[0])] = Some(node(paths[0].slice(common + 1..)));
    children[nibble(paths[1])] = Some(leaf(paths[1].slice(common + 1..), value));
    let branch = Node::new(Content::Branch(Box::new(children)));
    extended(paths[1].slice(..common), &branch)
}

fn insert(node: Option<&Arc<Node>>, path: Nibbles, value: Vec<u8>) -> Arc<Node> {
    let Some(node) = node else {
        return leaf(path, value);
    };
    match &node.content {
        Content::Leaf { path: own, .. } if *own == path => leaf(path, value),
        Content::Leaf { path: own, value: old } => {
            let common = own.common_prefix_length(&path);
            fork(common, [own, &path], |rest| leaf(rest, old.clone()), value)
        }
        Content::Extension { path: own, child } => {
            let common = own.common_prefix_length(&path);
            if common == own.len() {
                return extended(*own, &insert(Some(child), path.slice(common..), value));
            }
            fork(common, [own, &path], |rest| extended(rest, child), value)
        }
        Content::Branch(children) => {
            let mut children = children.clone();
            let slot = &mut children[usize::from(path.first().unwrap_or_default())];
            *slot = Some(insert(slot.as_ref(), path.slice(1..), value));
            Node::new(Content::Branch(children))
        }
    }
}

fn remove(node: &Arc<Node>, path: Nibbles) -> Option<Arc<Node>> {
    match &node.content {
        Content::Leaf { path: own, .. } => (*own != path).then(|| node.clone()),
        Content::Extension { path: own, child } => {
            if !path.starts_with(own) {
                return Some(node.clone());
            }
            remove(child, path.slice(own.len()..)).map(|child| extended(*own, &child))
        }
        Content::Branch(children) => {
            let slot = usize::from(path.first().unwrap_or_default());
            let Some(child) = &children[slot] else {
                return Some(node.clone());
            };
            let mut children = children.clone();
            children[slot] = remove(child, path.slice(1..));
            let mut left = (0..)
                .zip(children.iter())
                .filter_map(|(nibble, child)| Some((nibble, child.as_ref()?)));
            match (left.next(), left.next()) {
                (None, _) => None,
                (Some((nibble, child)), None) => Some(extended(Nibbles::from_nibbles([nibble]), child)),
                _ => Some(Node::new(Content::Branch(children))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use alloy_primitives::U256;
    use alloy_trie::{proof::verify_proof, root::storage_root_unsorted};

    use super::*;

    /// Keys that share beginnings of every length, in an order that looks random.
    fn keys() -> Vec<B256> {
        let mut keys: Vec<B256> = (0_u64..400)
            .map(|seed| {
                let mut key = keccak256(seed.to_be_bytes());
                let shared = (seed % 31) as usize;
                key[..shared].fill(0x11 * (seed % 2) as u8);
                key
            })
            .collect();
        keys.sort_by_key(|key| keccak256(key));
        keys.dedup();
        keys
    }

    fn value(number: u64) -> Vec<u8> {
        alloy::rlp::encode(U256::from(number))
    }

    #[test]
    fn roots_are_those_of_a_trie_built_at_once() {
        let mut trie = Trie::default();
        let mut content = BTreeMap::new();
        assert_eq!(trie.root(), EMPTY_ROOT_HASH);
        for (number, key) in (1..).zip(keys()) {
            trie.set(key, Some(value(number)));
            content.insert(key, U256::from(number));
            if number % 16 == 0 {
                assert_eq!(trie.root(), storage_root_unsorted(content.clone()), "{number} keys");
            }
        }
        let full = trie.clone();
        let before = full.root();
        for (number, key) in (1_u64..).zip(keys().into_iter().rev()) {
            if number % 3 == 0 {
                trie.set(key, Some(value(number << 40)));
                content.insert(key, U256::from(number << 40));
            } else {
                trie.set(key, None);
                content.remove(&key);
            }
            trie.set(keccak256(key), None);
            if number % 16 == 0 {
                assert_eq!(trie.root(), storage_root_unsorted(content.clone()), "{number} changes");
            }
        }
        for key in keys() {
            trie.set(key, None);
        }
        assert!(trie.is_empty());
        assert_eq!(full.root(), before, "a copy stays as it was");
    }

    #[test]
    fn proofs_show_what_is_there_and_what_is_not() {
        let mut trie = Trie::default();
        for (number, key) in (1..).zip(keys()) {
            trie.set(key, Some(value(number)));
        }
        let root = trie.root();
        for (number, key) in (1..).zip(keys()) {
            let there = verify_proof(root, Nibbles::unpack(key), Some(value(number)), &trie.proof(key));
            assert_eq!(there, Ok(()), "{key}");
            let absent = keccak256(key);
            let missing = verify_proof(root, Nibbles::unpack(absent), None, &trie.proof(absent));
            assert_eq!(missing, Ok(()), "{absent}");
        }
        assert!(Trie::default().proof(B256::ZERO).is_empty());
    }
}
