//! Result files ([`surety_engine::result`]) in the words of the contracts.

use std::path::Path;

use alloy::primitives::B256;
use surety_contracts::Form;
use surety_engine::result::{self, Stored};

pub use surety_engine::result::FileError as ResultFileError;

/// A whole result in a file, checked from beginning to end, of which elements can be proved.
pub struct ResultFile {
    pub form: Form,
    pub max_element: u32,
    pub root: B256,
    pub count: u64,
    pub stored: Stored,
}

impl ResultFile {
    pub fn read(path: &Path) -> Result<Self, ResultFileError> {
        let stored = Stored::open(path)?;
        let header = stored.header();
        Ok(Self {
            form: form(header.form),
            max_element: header.max_element,
            root: stored.root().into(),
            count: header.count,
            stored,
        })
    }
}

/// A form as the contracts call it.
pub fn form(form: result::Form) -> Form {
    match form {
        result::Form::Set => Form::Set,
        result::Form::Table => Form::Table,
        result::Form::Chain => Form::Chain,
    }
}

/// What the contracts call a form, as result files do; none for what is no form.
pub fn engine_form(form: Form) -> Option<result::Form> {
    match form {
        Form::Set => Some(result::Form::Set),
        Form::Table => Some(result::Form::Table),
        Form::Chain => Some(result::Form::Chain),
        Form::__Invalid => None,
    }
}
