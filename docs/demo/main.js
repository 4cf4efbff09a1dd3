// The page: what the visitor chooses, what is then done, and what they are told.

import { Comparison } from "./comparison.js";
import { listNetworks, loadNetwork } from "./networks.js";
import { Refusal, checkSize, closePicture, openPicture } from "./picture.js";
import { Workers } from "./workers.js";

const $ = (id) => document.getElementById(id);
const OURS = "made/photograph.webp";
const OURS_NAME = "Our photograph";
const KINDS = {
  small: "for clean images: made smaller, and never compressed with loss",
  photo: "for what cameras and telephones store: it also removes noise and the blocks of JPEG",
  sharp: "crisp to the eye, and it invents more: compare before you trust it",
};
const COMPRESSED = /jpe?g|webp|avif|hei[cf]/; // types of files that usually lose something

const comparison = new Comparison(document.querySelector(".viewer"), $("split"), $("zoom"));
const workers = new Workers();
const chosen = { scale: 2, family: "small", byHand: false };
let networks = [];
let picture = null;
let running = new AbortController(); // of the last picture or setting

// -- settings ------------------------------------------------------------------------------------------------------------

function offer(fieldset, name, values, words) {
  for (const label of fieldset.querySelectorAll("label")) label.remove();
  for (const value of values) {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name, value, checked: value === chosen[name] });
    input.addEventListener("change", () => {
      chosen[name] = value;
      if (name === "family") chosen.byHand = true;
      settle();
      enlarge();
    });
    label.append(input, words(value));
    fieldset.append(label);
  }
}

/** What is offered follows from what ships, and the words beside it from what is chosen. */
function settle() {
  const families = [...new Set(networks.filter(({ scale }) => scale === chosen.scale).map(({ family }) => family))];
  if (!families.includes(chosen.family)) chosen.family = families.includes("photo") ? "photo" : families[0];
  // made anew only where something changes, as a radio button that is replaced loses the focus
  const shown = [...$("families").querySelectorAll("input")];
  if (shown.map(({ value }) => value).join() !== families.join()) offer($("families"), "family", families, String);
  else for (const input of shown) input.checked = input.value === chosen.family;
  $("hint").textContent = `${chosen.family}: ${KINDS[chosen.family]}.`;
  const { name, licence, not_for } = network();
  $("card").textContent = `The network ${name} is not for: ${not_for}. Licence of its weights: ${licence}.`;
}

const network = () => networks.find(({ scale, family }) => scale === chosen.scale && family === chosen.family);

// -- a photograph --------------------------------------------------------------------------------------------------------

async function open(file, name) {
  const old = picture;
  try {
    picture = await openPicture(file, name, chosen.scale, (given) => workers.decode(given));
  } catch (error) {
    return refuse(error); // what was there stays
  }
  if (old) closePicture(old);
  if (!chosen.byHand) chosen.family = COMPRESSED.test(file.type) && name !== OURS_NAME ? "photo" : "small";
  settle();
  enlarge();
}



async function openOurs() {
  const response = await fetch(OURS).catch(() => null);
  if (!response?.ok) return refuse(new Refusal("Our photograph cannot be fetched: check the connection, or choose one of yours."));
  await open(await response.blob(), OURS_NAME);
}

function refuse(error) {
  $("refusal").textContent = error instanceof Refusal ? error.message : `It went wrong: ${error.message}`;
  $("refusal").hidden = false;
}

// -- enlarging -----------------------------------------------------------------------------------------------------------

async function enlarge() {
  running.abort();
  const { signal } = (running = new AbortController());
  if (!picture) return;
  $("refusal").hidden = true;
  $("save").disabled = true;
  state("running");
  try {
    checkSize(picture, chosen.scale);
    $("tools").hidden = $("progress").hidden = false;
    tell(0, 1, 0);
    comparison.show(picture, chosen.scale);
    const taken = await loadNetwork(network());
    if (signal.aborted) return;
    const begun = performance.now();
    let transparent = false;
    await workers.enlarge(picture.bitmap, taken, signal, (tile) => {
      comparison.put(tile);
      transparent ||= tile.transparent;
      tell(tile.done, tile.of, performance.now() - begun);
    });
    if (signal.aborted) return;
    const { width, height } = comparison.size;
    const took = ((performance.now() - begun) / 1000).toFixed(1);
    const note = transparent ? " What was transparent is laid on white." : "";
    $("status").textContent = `${picture.name}: ${picture.width} × ${picture.height} became ${width} × ${height} in ${took} s.${note}`;
    $("save").disabled = false;
    $("progress").hidden = true;
    state("done");
  } catch (error) {
    if (signal.aborted) return;
    running.abort(); // the other workers, too
    $("progress").hidden = true;
    $("status").textContent = "";
    state("failed");
    refuse(error);
  }
}

function tell(done, of, passed) {
  $("bar").value = done / of;
  const left = done ? Math.ceil((passed * (of - done)) / done / 1000) : 0;
  $("told").textContent = done ? `Tile ${done} of ${of}, ${left} s left` : "Preparing";
}

/** For tests, and for whoever styles the page. */
function state(word) {
  document.body.dataset.state = word;
  if (word === "running") $("status").textContent = "Enlarging."; // once: a screen reader need not hear of every tile
}

function stop() {
  running.abort();
  $("progress").hidden = true;
  $("status").textContent = "Stopped. Choose a setting or a photograph to begin again.";
  state("stopped");
}

async function save() {
  $("save").disabled = true;
  try {
    const url = URL.createObjectURL(await workers.encode(await comparison.result()));
    const name = `${picture.name.replace(/\.[^.]*$/, "").replaceAll(" ", "_")}_x${chosen.scale}.png`;
    Object.assign(document.createElement("a"), { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser may still be writing it
  } catch (error) {
    refuse(error);
  }
  $("save").disabled = document.body.dataset.state !== "done"; // another setting may have been chosen
}

// -- the page ------------------------------------------------------------------------------------------------------------

$("file").addEventListener("change", () => {
  const [file] = $("file").files;
  if (file) open(file, file.name);
  $("file").value = ""; // so that the same file can be chosen again
});
$("ours").addEventListener("click", openOurs);
$("stop").addEventListener("click", stop);
$("save").addEventListener("click", save);
for (const name of ["dragover", "drop", "dragleave"])
  document.addEventListener(name, (event) => {
    event.preventDefault(); // or the browser would open the file instead of this page
    $("drop").classList.toggle("over", name === "dragover");
    const file = name === "drop" && event.dataTransfer.files[0];
    if (file) open(file, file.name);
  });

try {
  networks = await listNetworks();
  const scales = [...new Set(networks.map(({ scale }) => scale))];
  offer($("scales"), "scale", scales, (scale) => `× ${scale}`);
  settle();
  await openOurs();
} catch (error) {
  refuse(error);
}
