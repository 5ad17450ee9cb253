#!/usr/bin/env bash
# Makes the files of a release out of what was built, the same ones out of the same binaries: `package.sh BUILT RELEASE`, where BUILT has
# a folder a platform with its binary, and the folder `sbom`.
set -euo pipefail

built=$1
release=$2
licence=$(cd "$(dirname "$0")/../.." && pwd)/LICENSE
mkdir -p "$release"
for folder in "$built"/*/; do
  platform=$(basename "$folder")
  if [[ $platform == sbom ]]; then
    cp "$folder/innovate.cdx.json" "$release/"
    continue
  fi
  cp "$licence" "$folder"
  # An artifact does not keep that a file can be run.
  chmod 755 "$folder/innovate"
  chmod 644 "$folder/LICENSE"
  tar --create --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --directory "$folder" innovate LICENSE |
    gzip --no-name --best >"$release/innovate-$platform.tar.gz"
done
cd "$release"
for file in *; do
  sha256sum "$file" >"$file.sha256"
done
