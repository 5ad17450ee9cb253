#!/usr/bin/env bash
# Puts `innovate` on the PATH of the job's later steps: the released binary where there is one for this platform, or one that is built
# from the action's own sources. A binary that is not what the release's checksum says ends the step; nothing is built in its place.
set -euo pipefail

fail() {
  printf '::error title=innovate::%s\n' "$1"
  exit 1
}

# The SHA-256 of a file.
digest() {
  if command -v sha256sum >/dev/null; then sha256sum -- "$1"; else shasum -a 256 -- "$1"; fi | cut -d' ' -f1
}

# The platform by the name that its release has; nothing where there is none.
target() {
  case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
    Linux-X64) printf x86_64-unknown-linux- ;;
    Linux-ARM64) printf aarch64-unknown-linux- ;;
    macOS-X64) printf x86_64-apple-darwin ;;
    macOS-ARM64) printf aarch64-apple-darwin ;;
  esac
  if [[ ${RUNNER_OS:-} == Linux ]]; then
    if [[ $(ldd --version 2>&1 || true) == *musl* ]]; then printf musl; else printf gnu; fi
  fi
}

# Builds what the action's own commit holds.
build() {
  printf '::notice title=innovate::%s, so it is built from source, which takes some minutes\n' "$1"
  command -v cargo >/dev/null || fail "there is no cargo to build innovate with: install a Rust toolchain before this step, or name a release by \`version\`"
  # The action's own toolchain, not the one of the project that is checked.
  (cd "$GITHUB_ACTION_PATH" && cargo install --locked --path . --root "$place")
}

# Fetches a file of the release.
fetch() {
  curl --fail --silent --show-error --location --proto '=https' --tlsv1.2 --retry 3 --output "$2" \
    "${GITHUB_SERVER_URL:-https://github.com}/$ACTION_REPOSITORY/releases/download/$version/$1"
}

place=${RUNNER_TEMP:-/tmp}/innovate
mkdir -p "$place/bin"
version=${INPUT_VERSION:-}
numbered='^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$'
if [[ -z $version && ${ACTION_REF:-} =~ $numbered ]]; then
  version=$ACTION_REF
elif [[ -z $version ]]; then
  version=v$(sed -n '/^\[package\]/,/^\[workspace/s/^version = "\(.*\)"$/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml")
fi
platform=$(target)
archive=innovate-$platform.tar.gz
if [[ $version == source ]]; then
  build "\`version\` is \`source\`"
elif ! [[ $version =~ $numbered ]]; then
  fail "\`version\` is neither a release such as \`v0.1.0\` nor \`source\`"
elif [[ -z ${ACTION_REPOSITORY:-} ]]; then
  build "the action is used from a folder"
elif [[ -z $platform || $platform == *- ]]; then
  build "there is no release for ${RUNNER_OS:-this system} on ${RUNNER_ARCH:-this processor}"
elif ! fetch "$archive" "$place/$archive" || ! fetch "$archive.sha256" "$place/$archive.sha256"; then
  build "the release $version cannot be fetched for $platform"
else
  [[ $(digest "$place/$archive") == "$(cut -d' ' -f1 "$place/$archive.sha256")" ]] || fail "$archive of $version is not what its checksum says"
  tar -xzf "$place/$archive" -C "$place/bin" innovate
fi
"$place/bin/innovate" --version
printf '%s\n' "$place/bin" >>"$GITHUB_PATH"
