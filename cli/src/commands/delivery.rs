//! Results over HTTP, by hand: serve a folder, fetch a result.

use anyhow::{Context as _, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{client, interrupted};
use crate::{
    args::GlobalArgs,
    context::{JobContext, Report},
    delivery::{
        self, Fetcher, Goods, Wanted,
        args::{FetchArgs, ServeArgs},
    },
    units,
};

/// `surety serve`, until it is interrupted.
pub async fn serve(global: &GlobalArgs, args: ServeArgs) -> Result<()> {
    let chain = global.reading(None).await?.chain;
    let goods = Goods {
        folder: args.folder.clone(),
        jobs: args.with_jobs,
    };
    let url = format!("http://{}", delivery::serve(goods, chain, args.listen).await?);
    if global.json {
        println!("{}", json!({ "url": url }));
    } else {
        println!("serving the committed results in {} at {url}", args.folder.display());
    }
    interrupted().await.context("cannot wait for signals")
}

/// `surety fetch`
pub async fn fetch(global: &GlobalArgs, args: &FetchArgs) -> Result<Report> {
    let context = match args.demand {
        Some(_) => JobContext::signing(global, &args.job).await?,
        None => JobContext::reading(global, &args.job).await?,
    };
    let job = context.committed_job().await?;
    let path = context.result_path(args.out.as_ref());
    ensure!(
        !path.exists(),
        "{} exists: name another file with --out",
        path.display()
    );
    let terms = &context.terms;
    let wanted = Wanted::new(context.file.job_id, terms, &job)?;
    let fetched = Fetcher::new(&args.from)?
        .fetch(&wanted, &path, &progress(job.count))
        .await;
    let from = match (fetched, args.demand) {
        (Ok(from), _) => from,
        (Err(error), None) => {
            let hint = "demand elements on chain with --demand N if it stays like this";
            return Err(anyhow::Error::new(error).context(hint));
        }
        (Err(error), Some(most)) => {
            eprintln!("surety: {error}; demanding elements on chain");
            let indices = client::drawn(terms, job.count, most);
            return context.act(&client::demand_step(&context, indices)).await;
        }
    };
    Ok(Report::new(
        format!(
            "fetched {} elements from {from}, all under the committed root, to {}",
            units::grouped(job.count),
            path.display()
        ),
        json!({ "jobId": context.file.job_id, "result": path, "from": from, "count": job.count, "root": job.root }),
    ))
}

/// On standard error, and only on a terminal.
fn progress(count: u64) -> ProgressBar {
    let bar = ProgressBar::new(count).with_message("fetching");
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:40}] {human_pos}/{human_len} {per_sec}, {eta} left") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
