#!/usr/bin/env bash
# Runs `innovate` once for the action, and says how it ended.
#
# Inputs come as variables and become one argument each: nothing of them is evaluated, and a value that begins with a hyphen stays the
# value of its flag. It runs in the bash 3.2 of macOS.
set -euo pipefail

# Shows a message at this level; `%`, CR and LF would end it.
annotate() {
  local text=${2//'%'/%25}
  text=${text//$'\r'/%0D}
  printf '::%s title=innovate::%s\n' "$1" "${text//$'\n'/%0A}"
}

# Ends with the status of a wrong command line.
refuse() {
  annotate error "$1"
  printf 'exit-code=2\n' >>"$GITHUB_OUTPUT"
  exit 2
}

# Gives every line of the text as a value of the flag.
add() {
  local value
  while IFS= read -r value; do
    value=${value%$'\r'}
    if [[ -n $value ]]; then arguments+=("$1=$value"); fi
  done <<<"$2"
}

# Holds that the revision is there, and fetches it into a shallow clone.
reach() {
  if git rev-parse --quiet --verify --end-of-options "$1^{commit}" >/dev/null; then return; fi
  # Only a commit's id is ever given to the server: another text could be an option, or name what was moved since.
  if [[ $1 =~ ^([0-9a-f]{40}|[0-9a-f]{64})$ ]] && git fetch --quiet --no-tags --depth=1 origin "$1"; then return; fi
  refuse "the revision \`$1\` of \`since\` is not in the clone: check out with \`fetch-depth: 0\`"
}

command=${INPUT_COMMAND:-check}
if [[ $command != check && $command != audit ]]; then
  refuse "\`command\` is \`$command\`; use \`check\` or \`audit\`"
fi
sarif=${INPUT_SARIF:-}
if [[ $sarif == *[,$'\n']* ]]; then
  refuse "\`sarif\` is \`$sarif\`; use one path without a comma"
fi

work=$(mktemp -d "${RUNNER_TEMP:-/tmp}/innovate.XXXXXX")
trap 'rm -rf "$work"' EXIT
arguments=("$command" --output=github "--output=json=$work/report.json")
if [[ -n $sarif ]]; then
  # One that is left from before would pass for this run's.
  rm -f -- "$sarif"
  arguments+=("--output=sarif=$sarif")
fi
if [[ ${INPUT_SUMMARY:-true} == true ]]; then arguments+=("--output=markdown=$work/summary.md"); fi
add --policy "${INPUT_POLICY:-}"
add --framework "${INPUT_FRAMEWORK:-}"
add --severity "${INPUT_SEVERITY:-}"
add --fail-on "${INPUT_FAIL_ON:-}"
if [[ $command == check && -n ${INPUT_SINCE:-} && $INPUT_SINCE != none ]]; then
  reach "$INPUT_SINCE"
  arguments+=("--since=$INPUT_SINCE")
fi
while IFS= read -r argument; do
  argument=${argument%$'\r'}
  if [[ -n $argument ]]; then arguments+=("$argument"); fi
done <<<"${INPUT_ARGS:-}"
if [[ $command == check ]]; then
  arguments+=(--)
  while IFS= read -r path; do
    path=${path%$'\r'}
    if [[ -n $path ]]; then arguments+=("$path"); fi
  done <<<"${INPUT_PATHS:-.}"
fi

code=0
innovate "${arguments[@]}" || code=$?

if [[ -s $work/summary.md ]]; then
  # GitHub refuses a summary of more than 1 MiB as a whole.
  if (($(wc -c <"$work/summary.md") < 1048576)); then
    cat "$work/summary.md" >>"$GITHUB_STEP_SUMMARY"
  else
    printf 'The findings are more than GitHub shows in a summary: see %s and the log.\n' "${sarif:-the annotations}" >>"$GITHUB_STEP_SUMMARY"
  fi
fi
{
  printf 'exit-code=%s\n' "$code"
  if [[ -n $sarif && -s $sarif ]]; then printf 'sarif=%s\n' "$sarif"; fi
  # The report has one finding an object, at two spaces of indentation a level.
  if [[ -s $work/report.json ]]; then
    awk -F'"' '
      /^      "severity": / { severity = $4 }
      /^      "verdict": / { verdict = $4 }
      /^    },?$/ { if (verdict == "fail") count[severity]++; else count[verdict]++; severity = verdict = "" }
      /^  \],?$/ { exit }
      END { for (i = split("critical high medium low info unknown", names, " "); i > 0; i--) print names[i] "=" count[names[i]] + 0 }
    ' "$work/report.json"
  fi
} >>"$GITHUB_OUTPUT"

case $code in
  0) ;;
  3) annotate error "there are findings at \`fail-on\` or worse (status 3)" ;;
  4)
    annotate warning "nothing fails at \`fail-on\` or worse, but something is unknown or was not read (status 4)"
    code=0
    ;;
  *) annotate error "innovate itself failed (status $code): this run says nothing of what it was to judge" ;;
esac
exit "$code"
