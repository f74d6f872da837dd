//! The shared types as arguments of Stylus contracts.

use crate::{Fault, Form, Job, Leaf, Opening, Pending, Phase, Terms};
use stylus_sdk::abi::{AbiType, ConstString};

macro_rules! abi {
    ($($name:ident = $selector:literal),*) => {$(
        impl AbiType for $name {
            type SolType = Self;
            const ABI: ConstString = ConstString::new(stringify!($name));
            const SELECTOR_ABI: ConstString = ConstString::new($selector);
        }
    )*};
}

abi!(Form = "uint8", Fault = "uint8", Phase = "uint8");
abi!(
    Terms = "(address,address,address,address,address,bytes32,bytes32,bytes32,bytes32,uint8,uint64,uint32,bool,uint96,uint96,uint96,uint96,uint64,uint32,uint32,uint32,uint32)",
    Leaf = "(uint64,bytes,bytes32[])",
    Opening = "(bytes32,bytes,bytes32,bytes)",
    Job = "(uint8,uint8,bool,address,uint64,bytes32,uint64)",
    Pending = "(uint64,uint64,uint8,bytes20)"
);
