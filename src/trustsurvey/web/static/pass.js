/* One person, one response, no link: an invitation's code is exchanged for a pass that the server signs without seeing it.
   RFC 9474, RSABSSA-SHA384-PSS-Randomized, in native BigInt and WebCrypto. What ships is pass.min.js, made by scripts/minify.sh: under
   2 KB, because it travels inside the page.

   `blind(modulus, prepared, salt, factor)` and `finalize(modulus, state, signature)` take and give Uint8Arrays, and BigInts for modulus
   and factor. The exponent of every key is 65537, so the modulus is the key. */
const blindRSA = (() => {
  const Bytes = Uint8Array;
  const hex = data => [...data].map(byte => byte.toString(16).padStart(2, 0)).join("");
  const bytes = text => Bytes.from(text.match(/../g), pair => "0x" + pair);
  const number = data => BigInt("0x" + hex(data));
  const size = modulus => modulus.toString(16).length + 1 >> 1;
  const sized = (value, modulus) => bytes(value.toString(16).padStart(2 * size(modulus), 0));
  const joined = (...parts) => Bytes.from(parts.flatMap(part => [...part]));
  const sha = async data => new Bytes(await crypto.subtle.digest("SHA-384", data));
  const random = length => crypto.getRandomValues(new Bytes(length));

  /* To the power of 65537, which is sixteen squarings and one product. */
  const power = (base, modulus) => {
    let result = base;
    for (let n = 16; n--;) result = result * result % modulus;
    return result * base % modulus;
  };

  /* Euclid's algorithm. A value without an inverse would be a divisor of the modulus: finding one is breaking the key. */
  const inverse = (value, modulus) => {
    let [a, b, x, y] = [modulus, value, 0n, 1n];
    while (b) [a, b, x, y] = [b, a % b, y, x - a / b * y];
    return (x + modulus) % modulus;
  };

  /* EMSA-PSS-ENCODE (RFC 8017, 9.1.1) with MGF1, into `bits` bits. */
  const encode = async (message, salt, bits) => {
    const length = bits + 7 >> 3;
    const hashed = await sha(joined(new Bytes(8), await sha(message), salt));
    const data = joined(new Bytes(length - salt.length - 50), [1], salt);
    for (let n = 0; n < data.length; n += 48) (await sha(joined(hashed, [0, 0, 0, n / 48]))).map((byte, k) => data[n + k] ^= byte);
    data[0] &= 255 >> 8 * length - bits;
    return joined(data, hashed, [188]);
  };

  /* The state: [blinded message for the signer, prepared message, salt, factor, encoded message]. */
  const blind = async (modulus, prepared = random(64), salt = random(48), factor = 0n) => {
    while (factor < 1n || factor >= modulus) factor = number(random(size(modulus)));
    const encoded = number(await encode(prepared, salt, modulus.toString(2).length - 1));
    return [sized(encoded * power(factor, modulus) % modulus, modulus), prepared, salt, factor, encoded];
  };

  /* The unblinded signature. Throws when it isn't one under this key. */
  const finalize = (modulus, [, , , factor, encoded], signature) => {
    const signed = number(signature) * inverse(factor, modulus) % modulus;
    if (power(signed, modulus) != encoded) throw 0;
    return sized(signed, modulus);
  };

  /* The page. Where WebCrypto is missing it works as without JavaScript: the code goes with the answers, and the page says so.
     What blinds the message stays in this tab alone (sessionStorage), so that a page loaded again gets the same signature and the code
     isn't burnt; leaving, sending and closing the tab forget it. The code leaves the address bar at once. It is exchanged with the first
     answer: whoever only looks, or opens the square in one browser to answer in another, hasn't used the invitation. */
  const start = async ({ pass, code, said, send }) => {
    const { key, at, ready, other, failed } = pass.dataset;
    const modulus = BigInt("0x" + key);
    let kept = {};
    try { kept = sessionStorage } catch {}
    const was = () => (kept.pass || "").split(".");
    const done = () => {
      said.value = ready;
      code.parentNode.hidden = true;
    };

    let going;
    const exchange = () => going = going || (async () => {
      const [same, message, random, divisor] = was();
      const again = divisor && code.value == same ? [bytes(message), bytes(random), BigInt(divisor)] : [];
      const state = await blind(modulus, ...again);
      const [blinded, prepared, salt, factor] = state;
      kept.pass = [code.value, hex(prepared), hex(salt), factor].join(".");
      let reply = {};
      try {
        const body = new URLSearchParams({ code: code.value, blinded: hex(blinded) });
        reply = await (await fetch(at, { method: "POST", body })).json();
        pass.value = hex(prepared) + "." + hex(finalize(modulus, state, bytes(reply.signature)));
        done();
      } catch { said.value = reply.error || failed }
      going = 0;
    })();

    code.name = said.value = "";
    if (pass.value) return done();
    const [, invited, mark] = location.hash.split(/[#.]/);
    code.value = code.value || was()[0];
    if (mark) {
      history.replaceState(0, "", location.pathname);
      if (!hex(await sha(bytes(key))).startsWith(mark)) return said.value = other;
      kept.pass = code.value = invited;
    }
    pass.form.onchange = () => pass.value || code.value && exchange();
    /* Pressed twice it sends once: the second would read that the invitation is used. After a while it may be pressed again. */
    send.onclick = async event => {
      event.preventDefault();
      send.disabled = true;
      pass.value || await exchange();
      pass.value ? pass.form.submit() : code.focus();
      setTimeout(() => send.disabled = false, 4000);
    };
  };

  if (crypto.subtle) start(document.forms.survey);
  return { blind, finalize, hex, bytes };
})();
