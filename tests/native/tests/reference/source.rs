//! What is read: interfaces, types with their comments, comments on functions.

use alloy_primitives::{B256, hex, keccak256};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};
use surety_contracts::export;

/// A function, event or error of an interface.
pub struct Entry {
    pub kind: String,
    pub name: String,
    /// As Solidity declares its arguments, such as `bytes32 indexed jobId, uint64 count`.
    pub arguments: String,
    pub returns: String,
    pub mutability: String,
    hash: B256,
}

impl Entry {
    /// The first four bytes of the hash of its signature.
    pub fn selector(&self) -> String {
        hex::encode_prefixed(&self.hash[..4])
    }

    /// The whole hash.
    pub fn topic(&self) -> String {
        self.hash.to_string()
    }
}

/// The entries of an interface, in the order of its source.
pub fn interface(name: &str) -> Vec<Entry> {
    let file = export::files()
        .into_iter()
        .find(|file| file.name == format!("{name}.json"));
    let abi: Value = serde_json::from_str(&file.expect("an interface").text).expect("JSON");
    abi.as_array().expect("entries").iter().map(entry).collect()
}

fn entry(entry: &Value) -> Entry {
    let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let signature = format!("{}({})", text("name"), list(&entry["inputs"], ",", canonical));
    Entry {
        kind: text("type"),
        name: text("name"),
        arguments: list(&entry["inputs"], ", ", declared),
        returns: list(&entry["outputs"], ", ", declared),
        mutability: text("stateMutability"),
        hash: keccak256(signature),
    }
}

fn list(parameters: &Value, separator: &str, each: fn(&Value) -> String) -> String {
    let parameters = parameters.as_array().map(Vec::as_slice).unwrap_or_default();
    let texts: Vec<String> = parameters.iter().map(each).collect();
    texts.join(separator)
}

/// A type as a selector is made of: structs by their members.
fn canonical(parameter: &Value) -> String {
    let plain = parameter["type"].as_str().unwrap_or_default();
    match plain.strip_prefix("tuple") {
        Some(array) => format!("({}){array}", list(&parameter["components"], ",", canonical)),
        None => plain.to_owned(),
    }
}

/// A parameter as it is written down: structs and enums by their names.
fn declared(parameter: &Value) -> String {
    let part = |key: &str| parameter[key].as_str().unwrap_or_default();
    let kind = part("internalType")
        .trim_start_matches("struct ")
        .trim_start_matches("enum ");
    let indexed = if parameter["indexed"] == Value::Bool(true) {
        " indexed"
    } else {
        ""
    };
    format!("{kind}{indexed} {}", part("name")).trim_end().to_owned()
}

/// A struct or enum, with what its source says about it and its members.
pub struct Definition {
    pub keyword: &'static str,
    pub name: String,
    pub comment: String,
    /// Declaration and comment of each.
    pub members: Vec<(String, String)>,
}

/// Every struct and enum, in the order of the source.
pub fn definitions() -> Vec<Definition> {
    let source = export::solidity();
    let mut found = Vec::new();
    let mut comment = Vec::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if let Some(said) = line.trim_start().strip_prefix("// ") {
            comment.push(said);
            continue;
        }
        let keyword = ["struct", "enum"]
            .into_iter()
            .find(|keyword| line.starts_with(&format!("{keyword} ")));
        if let Some(keyword) = keyword {
            let (name, mut body) = line[keyword.len()..]
                .split_once('{')
                .map(|(name, body)| (name.trim(), body.to_owned()))
                .expect("a body");
            while !body.contains('}') {
                body += "\n";
                body += lines.next().expect("the end of the body");
            }
            let body = body.split('}').next().unwrap_or_default();
            found.push(Definition {
                keyword,
                name: name.to_owned(),
                comment: comment.join(" "),
                members: members(body, if keyword == "enum" { ',' } else { ';' }),
            });
        }
        comment.clear();
    }
    found
}

fn members(body: &str, end: char) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut comment = Vec::new();
    for line in body.lines().map(str::trim) {
        if let Some(said) = line.strip_prefix("// ") {
            comment.push(said);
            continue;
        }
        // A comment is about the members of the next line.
        let declared = line.split(end).map(str::trim).filter(|member| !member.is_empty());
        found.extend(declared.map(|member| (member.to_owned(), comment.join(" "))));
        comment.clear();
    }
    found
}

/// Comments of an interface's functions, events and errors, by their names.
pub fn interface_comments(interface: &str) -> BTreeMap<String, String> {
    let source = export::solidity();
    let (_, body) = source
        .split_once(&format!("interface {interface} {{"))
        .expect("the interface");
    let body = body.split("\n}").next().unwrap_or_default();
    let mut found = BTreeMap::new();
    let mut comment = Vec::new();
    for line in body.lines().map(str::trim) {
        if let Some(said) = line.strip_prefix("// ") {
            comment.push(said);
            continue;
        }
        let declared = ["function ", "event ", "error "]
            .into_iter()
            .find_map(|kind| line.strip_prefix(kind));
        if let Some(name) = declared.and_then(|rest| rest.split('(').next()) {
            found.insert(name.to_owned(), comment.join(" "));
        }
        comment.clear();
    }
    found
}

/// Comments on the functions of a source file of the workspace, by the names that the ABI gives them.
pub fn function_comments(file: &str) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut found = BTreeMap::new();
    let mut comment = Vec::new();
    for line in source.lines().map(str::trim) {
        if let Some(said) = line.strip_prefix("///") {
            comment.push(said.trim());
            continue;
        }
        let declared = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("fn ");
        if let Some(name) = declared.and_then(|rest| rest.split(['(', '<']).next()) {
            let text = comment.join(" ").replace("  ", " ");
            found.entry(camel(name)).or_insert(text);
        }
        if !line.starts_with("#[") {
            comment.clear();
        }
    }
    found
}

/// `take_order` is `takeOrder` in the ABI.
pub fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        let (initial, rest) = word.split_at(word.len().min(1));
        text + &initial.to_uppercase() + rest
    })
}

/// The other way round.
pub fn snake(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(c.to_lowercase());
    }
    text
}
