//! Signatures of bundles: one JSON Web Signature (RFC 7515) over the names and hashes of all files.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, RsaKeyPair, UnparsedPublicKey};
use ring::{digest, hmac};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{PrivateKeyDer, SubjectPublicKeyInfoDer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spki::{ObjectIdentifier, SubjectPublicKeyInfoRef};

use super::{BundleError, Files, SIGNATURES, is_structured, parsed};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

/// Bytes of the shortest secret that is not guessed.
const SHORTEST_SECRET: usize = 8;

/// What a key is, which alone decides by what it is verified: a token has no say in it.
enum Public {
    Secret(Vec<u8>),
    Rsa(Vec<u8>),
    P256(Vec<u8>),
    P384(Vec<u8>),
}

/// What bundles are verified by: a public key, or a secret.
pub struct VerificationKey {
    key: Public,
    id: Option<String>,
}

/// What bundles are signed by: a private key, or a secret.
pub struct SigningKey(Private);

enum Private {
    Secret(Vec<u8>),
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
}

impl fmt::Debug for VerificationKey {
    /// Without the key, which may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

#[derive(Deserialize, Serialize)]
struct Signatures {
    signatures: Vec<String>,
}

#[derive(Deserialize, Serialize)]
struct Header {
    alg: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Payload {
    files: Vec<Signed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keyid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Signed {
    name: String,
    hash: String,
    algorithm: String,
}

impl VerificationKey {
    /// The key of a file: a public key in PEM (`BEGIN PUBLIC KEY`), or a secret. Where there is an id, signatures must name it.
    ///
    /// # Errors
    /// It is neither.
    pub fn parse(file: &str, bytes: &[u8], id: Option<String>) -> Result<Self, BundleError> {
        let fail = |reason: &str| BundleError::Key { file: file.to_owned(), reason: reason.to_owned() };
        if !is_pem(bytes) {
            return Ok(Self { key: Public::Secret(secret(file, bytes)?), id });
        }
        let hint = "give the public key, as `openssl pkey -pubout` writes it";
        let der = SubjectPublicKeyInfoDer::from_pem_slice(bytes).map_err(|_| fail(hint))?;
        let info = SubjectPublicKeyInfoRef::try_from(der.as_ref()).map_err(|_| fail(hint))?;
        let bits = info.subject_public_key.raw_bytes().to_vec();
        let curve = info.algorithm.parameters_oid().ok();
        let key = match (info.algorithm.oid, curve) {
            (RSA, _) => Public::Rsa(bits),
            (_, Some(P256)) => Public::P256(bits),
            (_, Some(P384)) => Public::P384(bits),
            _ => return Err(fail("only RSA keys and those of the curves P-256 and P-384 are taken")),
        };
        Ok(Self { key, id })
    }

    /// Holds that the signature is by this key, and is over exactly these files as they are.
    pub(super) fn verify(&self, signatures: &[u8], files: &Files) -> Result<(), String> {
        let form = |reason: &dyn std::fmt::Display| format!("`{SIGNATURES}` is not of its form: {reason}");
        let Signatures { signatures } = serde_json::from_slice(signatures).map_err(|error| form(&error))?;
        let [token] = signatures.as_slice() else { return Err(form(&format!("it has {} signatures, not one", signatures.len()))) };
        let (signed, signature) = token.rsplit_once('.').ok_or_else(|| form(&"it is no token of three parts"))?;
        let (header, payload) = signed.split_once('.').ok_or_else(|| form(&"it is no token of three parts"))?;
        let decode = |part: &str| BASE64.decode(part).map_err(|error| form(&error));
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|error| form(&error))?;
        self.holds(&header.alg, signed.as_bytes(), &decode(signature)?)?;
        let payload: Payload = serde_json::from_slice(&decode(payload)?).map_err(|error| form(&error))?;
        if let Some(id) = &self.id {
            let named = header.kid.or(payload.keyid).unwrap_or_default();
            if named != *id {
                return Err(format!("its signature names the key `{named}`, not `{id}`"));
            }
        }
        if let Some(scope) = payload.scope.filter(|scope| !scope.is_empty()) {
            return Err(format!("its signature is for the scope `{scope}` alone"));
        }
        for Signed { name, hash, algorithm } in &payload.files {
            let content = files.get(name.as_str()).ok_or_else(|| format!("`{name}` was signed and is missing"))?;
            if !hashed(name, content, algorithm)?.eq_ignore_ascii_case(hash) {
                return Err(format!("`{name}` is not what was signed"));
            }
        }
        match files.keys().find(|file| !payload.files.iter().any(|signed| signed.name == **file)) {
            Some(file) => Err(format!("`{file}` was not signed")),
            None => Ok(()),
        }
    }

    fn holds(&self, algorithm: &str, message: &[u8], signed: &[u8]) -> Result<(), String> {
        let by = |parameters: &'static dyn signature::VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(parameters, key).verify(message, signed).is_ok()
        };
        let by_secret = |algorithm, key: &[u8]| hmac::verify(&hmac::Key::new(algorithm, key), message, signed).is_ok();
        let holds = match (&self.key, algorithm) {
            (Public::Secret(key), "HS256") => by_secret(hmac::HMAC_SHA256, key),
            (Public::Secret(key), "HS384") => by_secret(hmac::HMAC_SHA384, key),
            (Public::Secret(key), "HS512") => by_secret(hmac::HMAC_SHA512, key),
            (Public::Rsa(key), "RS256") => by(&signature::RSA_PKCS1_2048_8192_SHA256, key),
            (Public::Rsa(key), "RS384") => by(&signature::RSA_PKCS1_2048_8192_SHA384, key),
            (Public::Rsa(key), "RS512") => by(&signature::RSA_PKCS1_2048_8192_SHA512, key),
            (Public::Rsa(key), "PS256") => by(&signature::RSA_PSS_2048_8192_SHA256, key),
            (Public::Rsa(key), "PS384") => by(&signature::RSA_PSS_2048_8192_SHA384, key),
            (Public::Rsa(key), "PS512") => by(&signature::RSA_PSS_2048_8192_SHA512, key),
            (Public::P256(key), "ES256") => by(&signature::ECDSA_P256_SHA256_FIXED, key),
            (Public::P384(key), "ES384") => by(&signature::ECDSA_P384_SHA384_FIXED, key),
            _ => return Err(format!("its signature is by `{algorithm}`, which is not for this key")),
        };
        if holds { Ok(()) } else { Err("its signature is not by this key".to_owned()) }
    }
}

impl SigningKey {
    /// The key of a file: a private key in PEM, or a secret.
    ///
    /// # Errors
    /// It is neither.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, BundleError> {
        let fail = |reason: &str| BundleError::Key { file: file.to_owned(), reason: reason.to_owned() };
        if !is_pem(bytes) {
            return secret(file, bytes).map(|secret| Self(Private::Secret(secret)));
        }
        let hint = "give the private key in PKCS#8, as `openssl pkcs8 -topk8 -nocrypt` writes it";
        let key = match PrivateKeyDer::from_pem_slice(bytes).map_err(|_| fail(hint))? {
            PrivateKeyDer::Pkcs1(key) => Private::Rsa(RsaKeyPair::from_der(key.secret_pkcs1_der()).map_err(|_| fail(hint))?),
            PrivateKeyDer::Pkcs8(key) => {
                let (der, random) = (key.secret_pkcs8_der(), SystemRandom::new());
                let on = |curve| EcdsaKeyPair::from_pkcs8(curve, der, &random);
                let rsa = RsaKeyPair::from_pkcs8(der).map(Private::Rsa);
                let key = rsa.or_else(|_| on(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).map(Private::P256));
                key.or_else(|_| on(&signature::ECDSA_P384_SHA384_FIXED_SIGNING).map(Private::P384))
                    .map_err(|_| fail("only RSA keys from 2048 bits on and those of the curves P-256 and P-384 are taken"))?
            }
            _ => return Err(fail(hint)),
        };
        Ok(Self(key))
    }

    /// The `.signatures.json` of the files.
    pub(super) fn sign(&self, files: &Files) -> Result<Vec<u8>, String> {
        let algorithm = "SHA-256".to_owned();
        let signed = |(name, content): (&String, &Vec<u8>)| -> Result<Signed, String> {
            Ok(Signed { name: name.clone(), hash: hashed(name, content, &algorithm)?, algorithm: algorithm.clone() })
        };
        let payload = Payload { files: files.iter().map(signed).collect::<Result<_, _>>()?, keyid: None, scope: None };
        let alg = match &self.0 {
            Private::Secret(_) => "HS256",
            Private::Rsa(_) => "RS256",
            Private::P256(_) => "ES256",
            Private::P384(_) => "ES384",
        };
        let header = Header { alg: alg.to_owned(), kid: None };
        let json = |error: serde_json::Error| error.to_string();
        let header = BASE64.encode(serde_json::to_vec(&header).map_err(json)?);
        let message = format!("{header}.{}", BASE64.encode(serde_json::to_vec(&payload).map_err(json)?));
        let failed = |_| "the key cannot sign".to_owned();
        let (random, bytes) = (SystemRandom::new(), message.as_bytes());
        let signature = match &self.0 {
            Private::Secret(key) => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), bytes).as_ref().to_vec(),
            Private::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&signature::RSA_PKCS1_SHA256, &random, bytes, &mut signature).map_err(failed)?;
                signature
            }
            Private::P256(key) | Private::P384(key) => key.sign(&random, bytes).map_err(failed)?.as_ref().to_vec(),
        };
        let token = format!("{message}.{}", BASE64.encode(signature));
        serde_json::to_vec(&Signatures { signatures: vec![token] }).map_err(json)
    }
}

fn is_pem(bytes: &[u8]) -> bool {
    bytes.windows(11).any(|window| window == b"-----BEGIN ")
}

/// A secret, without the end of its line.
fn secret(file: &str, bytes: &[u8]) -> Result<Vec<u8>, BundleError> {
    let secret = bytes.trim_ascii_end();
    if secret.len() < SHORTEST_SECRET {
        let reason = format!("a secret has at least {SHORTEST_SECRET} bytes, and a key begins with `-----BEGIN`");
        return Err(BundleError::Key { file: file.to_owned(), reason });
    }
    Ok(secret.to_vec())
}

/// The hash of a file in hexadecimal digits.
fn hashed(name: &str, content: &[u8], algorithm: &str) -> Result<String, String> {
    let algorithm = match algorithm {
        "SHA-256" => &digest::SHA256,
        "SHA-384" => &digest::SHA384,
        "SHA-512" => &digest::SHA512,
        other => return Err(format!("`{name}` is hashed by `{other}`; only SHA-256, SHA-384 and SHA-512 are taken")),
    };
    let hash = if is_structured(name) {
        let mut text = String::new();
        canonical(&parsed(name, content).map_err(|reason| format!("`{name}`: {reason}"))?, &mut text);
        digest::digest(algorithm, text.as_bytes())
    } else {
        digest::digest(algorithm, content)
    };
    Ok(hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A value as OPA writes it to hash it: names in order, no white space, text as Go escapes it.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(object) => {
            let mut members: Vec<_> = object.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (number, (name, inner)) in members.into_iter().enumerate() {
                text.push_str(if number > 0 { "," } else { "" });
                canonical(&Value::from(name.as_str()), text);
                text.push(':');
                canonical(inner, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (number, item) in items.iter().enumerate() {
                text.push_str(if number > 0 { "," } else { "" });
                canonical(item, text);
            }
            text.push(']');
        }
        Value::String(_) => text.push_str(&value.to_string().replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")),
        other => text.push_str(&other.to_string()),
    }
}
