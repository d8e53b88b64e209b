#!/bin/sh
# Make what ships of the pages' scripts: pass.min.js, which travels inside the page, from pass.js, worker.min.js, results.min.js, and respond/min/*.js from respond/*.js.
# Run it after every change of one; tests compare the hashes.
set -eu
cd "$(dirname "$0")/../src/trustsurvey/web/static"
mkdir -p respond/min
for part in pass.js worker.js results.js respond/*.js; do
    case $part in pass.js | worker.js | results.js) made=${part%.js}.min.js ;; *) made=respond/min/${part#respond/} ;; esac
    hash=$(sha256sum "$part" | cut -d' ' -f1)
    if [ -f "$made" ] && head -1 "$made" | grep -q "$hash"; then continue; fi
    small=$(npx --yes esbuild@0.28.2 --minify --target=es2020 "$part")
    printf '/* %s, SHA-256 %s, by scripts/minify.sh */\n%s\n' "${part##*/}" "$hash" "$small" > "$made"
    echo "$made: $(printf %s "$small" | wc -c) bytes without the comment"
done
