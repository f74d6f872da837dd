//! What follows from the definition of the command line: shell completions and man pages.

use std::fs;

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;
use serde_json::json;

use crate::{
    args::{Cli, CompletionsArgs, ManArgs},
    context::Report,
};

const NAME: &str = "surety";

/// `surety completions`
pub fn completions(args: &CompletionsArgs) -> Result<Report> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut script);
    let script = String::from_utf8(script)?;
    let json = json!({ "shell": args.shell.to_string(), "script": script });
    Ok(Report::new(script, json))
}

/// `surety man`
pub fn man(args: &ManArgs) -> Result<Report> {
    let folder = &args.out;
    let cannot = || format!("cannot write man pages to {}", folder.display());
    fs::create_dir_all(folder).with_context(cannot)?;
    clap_mangen::generate_to(Cli::command(), folder).with_context(cannot)?;
    let mut pages: Vec<_> = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.path()))
                .collect::<Result<_, std::io::Error>>()
        })
        .with_context(cannot)?;
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "1"));
    pages.sort();
    let text = format!(
        "{} man pages in {}; try: man {}",
        pages.len(),
        folder.display(),
        folder.join("surety.1").display()
    );
    Ok(Report::new(text, json!({ "pages": pages })))
}
