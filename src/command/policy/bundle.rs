//! `innovate policy bundle`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use sha2::{Digest, Sha256};

use crate::bundle::{SigningKey, pack};
use crate::command::origin::Own;
use crate::command::{Exit, settings, usage};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The folder of the policies.
    folder: PathBuf,
    /// The file to write.
    #[arg(short, long, value_name = "FILE", default_value = "bundle.tar.gz")]
    output: PathBuf,
    /// The revision that the bundle says it is.
    #[arg(long, value_name = "REVISION", default_value = "")]
    revision: String,
    /// Sign it by this key: a private key in PEM (RSA, P-256 or P-384), or a secret.
    #[arg(long, value_name = "FILE")]
    signing_key: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let folder = &arguments.folder;
    if !folder.is_dir() {
        return Err(usage(format!("`{}` is no folder", folder.display())));
    }
    let own = Own::read(&folder.display().to_string(), None)?;
    let library = settings::alone(&own)?;
    if let Some(broken) = library.broken.first() {
        anyhow::bail!("policy `{}` does not load, so nothing is bundled: {}", broken.id, broken.reason);
    }
    let texts = own.sources.files.into_iter().map(|(file, text)| (file, text.into_bytes()));
    let mut files: BTreeMap<String, Vec<u8>> = texts.collect();
    for name in ["data.json", "data.yaml"] {
        let path = folder.join(name);
        if path.exists() {
            files.insert(name.to_owned(), std::fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?);
        }
    }
    let key = arguments.signing_key.as_ref().map(|path| {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        SigningKey::parse(&path.display().to_string(), &bytes).map_err(usage)
    });
    let bytes = pack(&files, &arguments.revision, key.transpose()?.as_ref())?;
    std::fs::write(&arguments.output, &bytes).with_context(|| format!("cannot write `{}`", arguments.output.display()))?;
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    writeln!(io::stdout().lock(), "{} policies in `{}`#sha256={digest}", library.policies.len(), arguments.output.display())?;
    Ok(Exit::Clean)
}
