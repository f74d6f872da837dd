//! The OpenRPC specification of ethereum/execution-apis, and how Arbitrum's answers differ from it.

use serde_json::{Value, json};

/// The specification of August 2026, CC0-1.0.
const DOCUMENT: &str = include_str!("../../openrpc.json");

/// Fields that Arbitrum adds to receipts.
const RECEIPT_EXTRAS: [&str; 4] = ["gasUsedForL1", "l1BlockNumber", "timeboosted", "multiGasUsed"];
/// Fields that Arbitrum adds to blocks.
const BLOCK_EXTRAS: [&str; 3] = ["l1BlockNumber", "sendRoot", "sendCount"];
/// The type of ArbOS' own transactions.
const INTERNAL: &str = "0x6a";

/// The specification, and which of its methods have been checked.
pub struct Specification {
    document: Value,
    checked: Vec<String>,
}

impl Specification {
    pub fn read() -> Self {
        Self {
            document: serde_json::from_str(DOCUMENT).expect("JSON"),
            checked: Vec::new(),
        }
    }

    pub fn methods(&self) -> impl Iterator<Item = &str> {
        let methods = self.document["methods"].as_array().expect("a list");
        methods.iter().map(|method| method["name"].as_str().expect("a name"))
    }

    pub fn is_checked(&self, method: &str) -> bool {
        self.checked.iter().any(|name| name == method)
    }

    /// Asserts that `result` is one that `method` may give.
    pub fn check(&mut self, method: &str, result: &Value) {
        let methods = self.document["methods"].as_array().expect("a list");
        let found = methods.iter().find(|entry| entry["name"] == method);
        let schema = found.unwrap_or_else(|| panic!("{method} is not specified"))["result"]["schema"].clone();
        self.validate(method, schema, result);
        self.checked.push(method.to_owned());
    }

    /// Asserts that `result` is a `component`, one of the specification's named schemas.
    pub fn check_component(&self, component: &str, result: &Value) {
        let schema = json!({ "$ref": format!("#/components/schemas/{component}") });
        self.validate(component, schema, result);
    }

    fn validate(&self, name: &str, schema: Value, result: &Value) {
        // The references in a schema point into the document.
        let schema = json!({ "allOf": [schema], "components": self.document["components"] });
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let result = without_extras(result.clone());
        let errors: Vec<_> = validator
            .iter_errors(&result)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}\n{result:#}");
    }
}

/// Takes out what is Arbitrum's own, at any depth.
fn without_extras(value: Value) -> Value {
    match value {
        Value::Array(items) => items
            .into_iter()
            .filter(|item| item["type"] != INTERNAL)
            .map(without_extras)
            .collect(),
        Value::Object(mut fields) => {
            let extras: &[&str] = if fields.contains_key("cumulativeGasUsed") {
                &RECEIPT_EXTRAS
            } else if fields.contains_key("parentHash") {
                &BLOCK_EXTRAS
            } else {
                &[]
            };
            extras.iter().for_each(|extra| drop(fields.remove(*extra)));
            let fields = fields.into_iter().map(|(name, field)| (name, without_extras(field)));
            fields.collect()
        }
        other => other,
    }
}
