//! Where policies that did not ship come from: folders, bundles in files, and bundles that are fetched.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::usage;
use crate::bundle::{Bundle, BundleError, MOST_PACKED, VerificationKey};
use crate::policy::{Library, PolicyError, Sources};

/// What separates the address of a bundle from the digest that it must have.
const PIN: &str = "#sha256=";

/// Time to connect, and between two pieces of an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// By what bundles are verified.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Verification {
    /// Take bundles of policies only where they are signed by this key: a public key in PEM, or a secret.
    #[arg(long, value_name = "FILE", env = "INNOVATE_BUNDLE_VERIFICATION_KEY")]
    pub(super) bundle_verification_key: Option<PathBuf>,
    /// The id by which the signatures of bundles must name the key.
    #[arg(long, value_name = "ID", env = "INNOVATE_BUNDLE_VERIFICATION_KEY_ID")]
    pub(super) bundle_verification_key_id: Option<String>,
}

impl Verification {
    /// The key, where there is one.
    pub(super) fn key(&self) -> anyhow::Result<Option<VerificationKey>> {
        let Some(path) = &self.bundle_verification_key else {
            return match &self.bundle_verification_key_id {
                Some(_) => Err(usage("there is the id of a key and no key; give the key by `--bundle-verification-key`")),
                None => Ok(None),
            };
        };
        let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let key = VerificationKey::parse(&path.display().to_string(), &bytes, self.bundle_verification_key_id.clone());
        key.map(Some).map_err(usage)
    }
}

/// Policies from one place, and the values that they come with.
#[derive(Debug, Default)]
pub(super) struct Own {
    pub(super) sources: Sources,
    /// Policy → parameter → value.
    parameters: BTreeMap<String, Map<String, Value>>,
}

impl Own {
    /// Reads what is at a place: a folder, the file of a bundle, or the address of one.
    pub(super) fn read(place: &str, key: Option<&VerificationKey>) -> anyhow::Result<Self> {
        let path = Path::new(place);
        let bundle = if is_address(place) {
            let bytes = fetch(place)?;
            Bundle::unpack(place, &bytes, key)
        } else if !path.is_dir() {
            let length = std::fs::metadata(path).with_context(|| format!("cannot read `{place}`"))?.len();
            if length > MOST_PACKED {
                anyhow::bail!("`{place}` has {length} bytes; a bundle may have {MOST_PACKED}");
            }
            Bundle::unpack(place, &std::fs::read(path).with_context(|| format!("cannot read `{place}`"))?, key)
        } else if Bundle::is_in(path) {
            Bundle::read(path, key)
        } else {
            let sources = Sources::read(path).map_err(|error| match error {
                PolicyError::Empty { .. } => usage(error),
                error => error.into(),
            })?;
            return Ok(Self { sources, parameters: BTreeMap::new() });
        };
        let bundle = bundle.map_err(refused)?;
        if bundle.sources.ids().next().is_none() {
            return Err(usage(format!("no policy in the bundle `{place}`")));
        }
        if bundle.has_other_data {
            tracing::warn!("bundle `{place}` holds data besides `innovate.parameters`, which no policy can read here");
        }
        tracing::info!("bundle `{place}`, revision `{}`", bundle.revision);
        Ok(Self { sources: bundle.sources, parameters: bundle.parameters })
    }

    /// Sets the values that the policies came with.
    pub(super) fn set_parameters(&self, library: &mut Library) -> anyhow::Result<()> {
        Ok(library.set_parameters(&self.parameters)?)
    }
}

/// Whether a text can only mean a place, and no policy.
pub(super) fn is_place(name: &str) -> bool {
    let is_bundle = name.ends_with(".tar.gz") || name.ends_with(".tgz");
    is_address(name) || is_bundle || Path::new(name).is_dir()
}

pub(super) fn is_address(name: &str) -> bool {
    name.starts_with("https://") || name.starts_with("http://")
}

fn refused(error: BundleError) -> anyhow::Error {
    match error {
        BundleError::Key { .. } => usage(error),
        error => error.into(),
    }
}

/// The bundle at an address, which must have the digest that is pinned to it.
fn fetch(address: &str) -> anyhow::Result<Vec<u8>> {
    let pinned = address.split_once(PIN).filter(|(_, digest)| digest.len() == 64 && digest.chars().all(|c| c.is_ascii_hexdigit()));
    let Some((url, pinned)) = pinned else {
        return Err(usage(format!("`{address}`: pin what is fetched by `{PIN}` and the 64 digits that `sha256sum` gives for it")));
    };
    let is_local = ["http://127.0.0.1:", "http://localhost:"].iter().any(|local| url.starts_with(local));
    if !url.starts_with("https://") && !is_local {
        return Err(usage(format!("`{address}`: bundles are fetched by `https://`")));
    }
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .https_only(!is_local)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_recv_body(Some(PATIENCE * 10))
        .build()
        .into();
    let answer = agent.get(url).call().with_context(|| format!("cannot fetch `{url}`"))?;
    let bytes = answer.into_body().with_config().limit(MOST_PACKED).read_to_vec().with_context(|| format!("cannot fetch `{url}`"))?;
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if !digest.eq_ignore_ascii_case(pinned) {
        anyhow::bail!("`{url}` has the SHA-256 digest {digest}, and {pinned} is pinned: somebody changed it, or the pin is old");
    }
    Ok(bytes)
}
