//! The ABI as other tools read it, generated from the source of the bindings: one Solidity file, and ABI JSON for each
//! interface with the names of all struct members.

use serde_json::{Value, json};
use syn_solidity::{Item, ItemStruct, Mutability, Type};

const SOURCE: &str = include_str!("types.rs");

/// An exported file of `contracts/abi/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub text: String,
}

/// `Surety.sol` with every type and interface, and `NAME.json` for each interface.
pub fn files() -> Vec<File> {
    let file = sol_body()
        .parse()
        .map(syn_solidity::parse2)
        .expect("the source compiled")
        .expect("sol! parsed it");
    let types = Types(&file.items);
    let mut files = vec![File {
        name: "Surety.sol".into(),
        text: solidity(),
    }];
    for item in &file.items {
        if let Item::Contract(contract) = item {
            let abi = Value::Array(contract.body.iter().filter_map(|item| types.entry(item)).collect());
            let text = serde_json::to_string_pretty(&abi).expect("plain data") + "\n";
            files.push(File {
                name: format!("{}.json", contract.name),
                text,
            });
        }
    }
    files
}

/// What stands between the braces of `sol!`.
fn sol_body() -> &'static str {
    let (_, rest) = SOURCE.split_once("sol! {\n").expect("the source is a sol! module");
    rest.rsplit_once('}').expect("which ends").0
}

/// Every type and interface as Solidity: the source of the bindings without Rust's attributes and indentation.
pub fn solidity() -> String {
    let mut text = String::from("// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n\n");
    for line in sol_body().lines() {
        let line = line.strip_prefix("    ").unwrap_or(line);
        if !line.trim_start().starts_with("#[") {
            text += &line.replacen("///", "//", 1);
            text.push('\n');
        }
    }
    text
}

struct Types<'a>(&'a [Item]);

impl Types<'_> {
    fn entry(&self, item: &Item) -> Option<Value> {
        Some(match item {
            Item::Function(function) => {
                let mutability = match function.attributes.mutability() {
                    Some(Mutability::Pure(_)) => "pure",
                    Some(Mutability::View(_) | Mutability::Constant(_)) => "view",
                    Some(Mutability::Payable(_)) => "payable",
                    None => "nonpayable",
                };
                let inputs = function.parameters.iter().map(|p| self.parameter(&p.ty, &p.name));
                let returns = function.returns.iter().flat_map(|r| r.returns.iter());
                json!({
                    "type": "function",
                    "name": function.name.as_ref().map(ToString::to_string),
                    "inputs": inputs.collect::<Vec<_>>(),
                    "outputs": returns.map(|p| self.parameter(&p.ty, &p.name)).collect::<Vec<_>>(),
                    "stateMutability": mutability,
                })
            }
            Item::Event(event) => {
                let inputs = event.parameters.iter().map(|p| {
                    let mut parameter = self.parameter(&p.ty, &p.name);
                    parameter["indexed"] = json!(p.indexed.is_some());
                    parameter
                });
                let name = event.name.to_string();
                json!({ "type": "event", "name": name, "inputs": inputs.collect::<Vec<_>>(), "anonymous": false })
            }
            Item::Error(error) => {
                let inputs = error.parameters.iter().map(|p| self.parameter(&p.ty, &p.name));
                json!({ "type": "error", "name": error.name.to_string(), "inputs": inputs.collect::<Vec<_>>() })
            }
            _ => return None,
        })
    }

    fn parameter(&self, ty: &Type, name: &Option<syn_solidity::SolIdent>) -> Value {
        let name = name.as_ref().map(ToString::to_string).unwrap_or_default();
        let (abi_type, internal, components) = self.resolve(ty);
        let mut parameter = json!({ "name": name, "type": abi_type, "internalType": internal });
        if let Some(components) = components {
            parameter["components"] = components;
        }
        parameter
    }

    /// ABI type, Solidity type, and members where it is a struct.
    fn resolve(&self, ty: &Type) -> (String, String, Option<Value>) {
        match ty {
            Type::Array(array) => {
                let (abi_type, internal, components) = self.resolve(&array.ty);
                (abi_type + "[]", internal + "[]", components)
            }
            Type::Custom(path) => {
                let name = path.to_string();
                match self.find_struct(&name) {
                    Some(definition) => {
                        let members = definition
                            .fields
                            .iter()
                            .map(|field| self.parameter(&field.ty, &field.name));
                        ("tuple".into(), format!("struct {name}"), Some(members.collect()))
                    }
                    None => ("uint8".into(), format!("enum {name}"), None),
                }
            }
            plain => (plain.to_string(), plain.to_string(), None),
        }
    }

    fn find_struct(&self, name: &str) -> Option<&ItemStruct> {
        self.0.iter().find_map(|item| match item {
            Item::Struct(definition) if definition.name == name => Some(definition),
            _ => None,
        })
    }
}
