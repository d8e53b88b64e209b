#!/bin/sh
# Make web/static/pass.min.js, which travels inside the page, from pass.js. Run it after every change of pass.js; a test compares the hash.
set -eu
cd "$(dirname "$0")/../src/trustsurvey/web/static"
small=$(npx --yes esbuild@0.28.2 --minify --target=es2020 pass.js)
printf '/* pass.js, SHA-256 %s, by scripts/minify.sh */\n%s\n' "$(sha256sum pass.js | cut -d' ' -f1)" "$small" > pass.min.js
echo "pass.min.js: $(printf %s "$small" | wc -c) bytes without the comment"
