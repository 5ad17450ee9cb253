//! Bundles of policies: those that OPA makes are taken, those that somebody changed are not.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use innovate::bundle::{Bundle, SigningKey, VerificationKey, pack};
use serde_json::Value;
use tar::{EntryType, Header};

use crate::command::{Desk, findings};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/bundles");
const ID: &str = "mine.storage.database_not_encrypted";

type Files = BTreeMap<String, Vec<u8>>;

fn file(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(file(name)).unwrap()
}

fn key(name: &str) -> VerificationKey {
    VerificationKey::parse(name, &bytes(name), None).unwrap()
}

/// The files of a bundle as any reader of tars finds them.
fn files(bundle: &[u8]) -> Files {
    let mut archive = tar::Archive::new(GzDecoder::new(bundle));
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().trim_start_matches('/').to_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (name, content)
    });
    entries.collect()
}

/// A bundle of entries whose headers say what they want.
fn tarball(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, kind, content) in entries {
        let mut header = Header::new_ustar();
        // As `set_path` would refuse what is tried here.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

fn refusal(bundle: &[u8], key: Option<&VerificationKey>) -> String {
    Bundle::unpack("it", bundle, key).unwrap_err().to_string()
}

#[test]
fn bundles_that_opa_signed_are_taken() {
    for (bundle, by) in [("rs256", "rsa.pub.pem"), ("es256", "ec.pub.pem"), ("hs256", "secret.txt")] {
        let name = format!("{bundle}.tar.gz");
        let taken = Bundle::unpack(&name, &bytes(&name), Some(&key(by))).unwrap();
        assert_eq!(taken.revision, "2026-01");
        assert!(!taken.has_other_data);
        let names: Vec<&str> = taken.sources.files.keys().map(String::as_str).collect();
        assert_eq!(names, ["lib/engines.rego", "mine/storage/database_not_encrypted.rego"]);
        assert_eq!(taken.parameters[ID]["engines"], serde_json::json!(["neptune"]));
    }
    let nested = Bundle::unpack("nested", &bytes("nested.tar.gz"), None).unwrap();
    assert!(nested.sources.files.contains_key("mine/storage/database_not_encrypted.rego"), "the folder that OPA was given is left out");
    let folder = Bundle::read(Path::new(&file("policies")), None).unwrap();
    assert_eq!(folder.parameters.len(), 1);
}

#[test]
fn a_bundle_is_refused_where_its_signature_does_not_hold() {
    let signed = bytes("rs256.tar.gz");
    let rsa = key("rsa.pub.pem");
    assert!(refusal(&bytes("unsigned.tar.gz"), Some(&rsa)).contains("has no `.signatures.json`, and there is a key to verify it by"));
    assert!(refusal(&signed, Some(&key("ec.pub.pem"))).contains("its signature is by `RS256`, which is not for this key"));
    assert!(refusal(&bytes("hs256.tar.gz"), Some(&rsa)).contains("by `HS256`, which is not for this key"), "a public key is no secret");
    let named = VerificationKey::parse("rsa.pub.pem", &bytes("rsa.pub.pem"), Some("ours".to_owned())).unwrap();
    assert!(refusal(&signed, Some(&named)).contains("its signature names the key `default`, not `ours`"));
    let named = VerificationKey::parse("rsa.pub.pem", &bytes("rsa.pub.pem"), Some("default".to_owned())).unwrap();
    assert!(Bundle::unpack("it", &signed, Some(&named)).is_ok());

    let with = |change: &dyn Fn(&mut Files)| {
        let mut files = files(&signed);
        change(&mut files);
        let entries: Vec<(&str, EntryType, &[u8])> =
            files.iter().map(|(name, content)| (name.as_str(), EntryType::Regular, content.as_slice())).collect();
        Bundle::unpack("it", &tarball(&entries), Some(&rsa)).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(with(&|_| ()), Ok(()), "what is not changed is taken");
    assert_eq!(with(&|files| files.get_mut("data.json").unwrap().push(b'\n')), Ok(()), "data are signed by what they mean");
    let policy = "mine/storage/database_not_encrypted.rego";
    for (change, said) in [
        (&(|files: &mut Files| files.get_mut(policy).unwrap().push(b'\n')) as &dyn Fn(&mut Files), "is not what was signed"),
        (&|files| *files.get_mut("data.json").unwrap() = b"{}".to_vec(), "`data.json` is not what was signed"),
        (&|files| *files.get_mut(".manifest").unwrap() = b"{\"revision\":\"2\"}".to_vec(), "`.manifest` is not what was signed"),
        (&|files| drop(files.remove(policy)), "was signed and is missing"),
        (&|files| drop(files.insert("mine/more.rego".to_owned(), b"package mine.more".to_vec())), "`mine/more.rego` was not signed"),
        (&|files| drop(files.insert(".signatures.json".to_owned(), b"{\"signatures\":[]}".to_vec())), "it has 0 signatures, not one"),
        (&|files| *files.get_mut(".signatures.json").unwrap() = unsigned(files), "by `none`, which is not for this key"),
        (&|files| *files.get_mut(".signatures.json").unwrap() = resigned(files), "its signature is not by this key"),
    ] {
        let refused = with(change).unwrap_err();
        assert!(refused.starts_with("bundle `it` is refused: ") && refused.contains(said), "{said}: {refused}");
    }
}

/// The token of a bundle with each of its parts.
fn token(files: &Files) -> Vec<String> {
    let signatures: Value = serde_json::from_slice(&files[".signatures.json"]).unwrap();
    signatures["signatures"][0].as_str().unwrap().split('.').map(ToOwned::to_owned).collect()
}

fn signatures(token: &[String]) -> Vec<u8> {
    serde_json::to_vec(&serde_json::json!({ "signatures": [token.join(".")] })).unwrap()
}

/// The signatures with a token that says that it needs none.
fn unsigned(files: &Files) -> Vec<u8> {
    let payload = token(files)[1].clone();
    signatures(&[URL_SAFE_NO_PAD.encode("{\"alg\":\"none\"}"), payload, String::new()])
}

/// The signatures with a payload that somebody wrote anew.
fn resigned(files: &Files) -> Vec<u8> {
    let mut token = token(files);
    token[1] = URL_SAFE_NO_PAD.encode("{\"files\":[]}");
    signatures(&token)
}

#[test]
fn what_a_bundle_must_not_hold_is_refused() {
    let policy = b"package mine.it".as_slice();
    for (entries, said) in [
        (vec![("../it.rego", EntryType::Regular, policy)], "`../it.rego` is no name of a file in a bundle"),
        (vec![("mine/../../it.rego", EntryType::Regular, policy)], "is no name of a file in a bundle"),
        (vec![("//etc/passwd", EntryType::Regular, policy)], "`//etc/passwd` is no name of a file in a bundle"),
        (vec![("C:\\it.rego", EntryType::Regular, policy)], "is no name of a file in a bundle"),
        (vec![("mine/it.rego", EntryType::Symlink, b"")], "`mine/it.rego` is no plain file but Symlink"),
        (vec![("mine/it.rego", EntryType::Link, b"")], "is no plain file but Link"),
        (vec![("mine/it.rego", EntryType::Fifo, b"")], "is no plain file but Fifo"),
        (
            vec![("mine/it.rego", EntryType::Regular, policy), ("/mine/it.rego", EntryType::Regular, policy)],
            "`mine/it.rego` is there twice",
        ),
        (vec![("mine/it.rego", EntryType::Regular, b"package \xff")], "it is no UTF-8 text"),
        (vec![(".manifest", EntryType::Regular, b"7")], "bundle `it`: `.manifest`: invalid type"),
        (vec![(".manifest", EntryType::Regular, b"{\"rego_version\": 0}")], "its policies are in Rego v0"),
        (
            vec![("mine/it.rego", EntryType::Regular, policy), (".manifest", EntryType::Regular, b"{\"roots\": [\"other\"]}")],
            "the roots of the manifest do not have `mine/it`",
        ),
        (vec![], "it holds no files"),
    ] {
        let refused = refusal(&tarball(&entries), None);
        assert!(refused.contains(said), "{said}: {refused}");
    }
    assert!(refusal(b"no gzip", None).contains("`it` is no bundle that can be taken"));
    let whole = bytes("unsigned.tar.gz");
    assert!(refusal(&whole[..whole.len() / 2], None).contains("`it` is no bundle that can be taken"));
}

#[test]
fn what_a_bundle_unpacks_to_is_bounded() {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    let zeros = vec![0; 15 << 20];
    for number in 0..20 {
        let mut header = Header::new_ustar();
        header.set_size(zeros.len() as u64);
        builder.append_data(&mut header, format!("mine/it{number}.txt"), zeros.as_slice()).unwrap();
    }
    let bomb = builder.into_inner().unwrap().finish().unwrap();
    assert!(bomb.len() < 1 << 20);
    assert!(refusal(&bomb, None).contains("it unpacks to more than 268435456 bytes"));
    let mut header = Header::new_ustar();
    header.set_path("mine/it.rego").unwrap();
    header.set_size(17 << 20);
    header.set_cksum();
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    gz.write_all(header.as_bytes()).unwrap();
    assert!(refusal(&gz.finish().unwrap(), None).contains("`mine/it.rego` has 17825792 bytes; at most 16777216 are taken"));
}

#[test]
fn what_is_bundled_here_is_taken_here_and_signed_as_opa_signs() {
    let mut contents = files(&bytes("unsigned.tar.gz"));
    contents.remove(".manifest");
    for (private, public) in [("rsa.pem", "rsa.pub.pem"), ("ec.pem", "ec.pub.pem"), ("secret.txt", "secret.txt")] {
        let signing = SigningKey::parse(private, &bytes(private)).unwrap();
        let bundle = pack(&contents, "r7", Some(&signing)).unwrap();
        let taken = Bundle::unpack("ours", &bundle, Some(&key(public))).unwrap();
        assert_eq!((taken.revision.as_str(), taken.sources.files.len()), ("r7", 2));
        if private != "ec.pem" {
            assert_eq!(pack(&contents, "r7", Some(&signing)).unwrap(), bundle, "the same files give the same bytes");
        }
        let hashes = |bundle: &[u8]| -> BTreeMap<String, String> {
            let payload = URL_SAFE_NO_PAD.decode(&token(&files(bundle))[1]).unwrap();
            let payload: Value = serde_json::from_slice(&payload).unwrap();
            let files = payload["files"].as_array().unwrap().iter();
            files.map(|file| (file["name"].as_str().unwrap().to_owned(), file["hash"].as_str().unwrap().to_owned())).collect()
        };
        let (ours, theirs) = (hashes(&bundle), hashes(&bytes("rs256.tar.gz")));
        for name in contents.keys() {
            assert_eq!(ours[name], theirs[name], "{name}");
        }
    }
    assert_eq!(pack(&contents, "", None).unwrap(), pack(&contents, "", None).unwrap());
    for (file, text) in [("short", "abc"), ("certificate", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")] {
        assert!(VerificationKey::parse(file, text.as_bytes(), None).unwrap_err().to_string().contains("is no key that can be used"));
        assert!(SigningKey::parse(file, text.as_bytes()).unwrap_err().to_string().contains("is no key that can be used"));
    }
}

#[test]
fn a_bundle_judges_wherever_a_folder_does() {
    let desk = Desk::new();
    let (bundle, key) = (file("rs256.tar.gz"), file("rsa.pub.pem"));
    let signed = ["--policy", &bundle, "--bundle-verification-key", &key, "--policy", "mine", "-o", "json"];
    let found = findings(&desk.audit(3, &signed));
    assert!(!found.is_empty() && found.iter().all(|finding| finding["policy"] == ID));
    let of_folder = findings(&desk.audit(3, &["--policy", &file("policies"), "--policy", "mine", "-o", "json"]));
    assert_eq!(of_folder, found);

    desk.write("innovate.toml", format!("policies = [\"{bundle}\"]\n[bundles]\nverification_key = \"{key}\"\n"));
    assert_eq!(findings(&desk.audit(3, &["--policy", "mine", "-o", "json"])), found);
    desk.write("innovate.toml", format!("policies = [\"{}\"]\n[bundles]\nverification_key = \"{key}\"\n", file("unsigned.tar.gz")));
    let refused = desk.run(&["policy", "list"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("unsigned.tar.gz` is refused: it has no `.signatures.json`"), "{said}");
    desk.write("innovate.toml", "[parameters.\"mine.storage.database_not_encrypted\"]\nengines = [\"postgres\", \"mysql\"]\n");
    let less = findings(&desk.audit(3, &["--policy", &bundle, "--policy", "mine", "-o", "json", "--show-passes"]));
    assert!(less.iter().filter(|finding| finding["verdict"] == "fail").count() < found.len(), "settings go before what a bundle brings");

    let run = |arguments: &[&str]| {
        let output = desk.run(arguments);
        (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
    };
    let policies = file("policies");
    let (code, said) = run(&["policy", "bundle", &policies, "-o", "ours.tar.gz", "--signing-key", &file("rsa.pem")]);
    assert!(code == Some(0) && said.starts_with("1 policies in `ours.tar.gz`#sha256="), "{said}");
    let ours = ["--policy", "ours.tar.gz", "--bundle-verification-key", &key, "--policy", "mine", "-o", "json"];
    fs::remove_file(desk.path("innovate.toml")).unwrap();
    assert_eq!(findings(&desk.audit(3, &ours)), found);
    desk.write("broken/mine/it.rego", "package mine.it\n\ndeny contains");
    let (code, said) = run(&["policy", "bundle", "broken"]);
    assert!(code == Some(1) && said.contains("policy `mine.it` does not load, so nothing is bundled"), "{said}");
}

/// Serves a bundle once, on this machine alone; gives the address.
fn serve(content: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/bundle.tar.gz", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).unwrap();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", content.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&content).unwrap();
    });
    address
}

#[test]
fn a_bundle_is_fetched_where_its_digest_is_pinned() {
    let desk = Desk::new();
    let content = bytes("unsigned.tar.gz");
    let digest: String = ring::digest::digest(&ring::digest::SHA256, &content).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let list = |place: &str| {
        let output = desk.run(&["policy", "list", "--policy", place, "--policy", "mine"]);
        (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = list(&format!("{}#sha256={digest}", serve(content.clone())));
    assert!(code == Some(0) && said.contains(ID), "{said}");
    let (code, said) = list(&format!("{}#sha256={}", serve(content), "0".repeat(64)));
    assert!(code == Some(1) && said.contains(&format!("has the SHA-256 digest {digest}, and 000")), "{said}");
    for (place, expected, said) in [
        ("https://example.com/bundle.tar.gz".to_owned(), 2, "pin what is fetched by `#sha256=`"),
        (format!("https://example.com/bundle.tar.gz#sha256={}", "0".repeat(63)), 2, "pin what is fetched"),
        (format!("http://example.com/bundle.tar.gz#sha256={digest}"), 2, "bundles are fetched by `https://`"),
        (format!("https://127.0.0.1:1/bundle.tar.gz#sha256={digest}"), 1, "cannot fetch `https://127.0.0.1:1/bundle.tar.gz`"),
    ] {
        let (code, text) = list(&place);
        assert!(code == Some(expected) && text.contains(said), "{place}: {text}");
    }
    let (code, said) = list("missing.tar.gz");
    assert!(code == Some(1) && said.contains("cannot read `missing.tar.gz`"), "{said}");
}
