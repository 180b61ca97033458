// The page: a lobby, then a call.
//
//   address -> Invitation -> Lobby -> Room <-> CallView
//                                      ^- LocalMedia (devices), Monitor (speech, statistics)

import { CallView } from "./call_view.js";
import { DeviceError } from "./devices.js";
import { explain } from "./explain.js";
import { readInvitation, writeInvitation } from "./invitation.js";
import { Lobby } from "./lobby.js";
import { LocalMedia } from "./local_media.js";
import { Monitor } from "./monitor.js";
import { Room } from "./room.js";

/** @import { Invitation } from "./invitation.js" */
/** @import { Stream } from "./roster.js" */

/**
 * @typedef {object} Call what runs while one is in a room
 * @property {Invitation} invitation
 * @property {Room} room
 * @property {LocalMedia} media
 * @property {Monitor} monitor
 */

/** @type {Call | null} */
let call = null;
/** The room that is being joined. @type {Room | null} */
let joining = null;
let showsStats = false;

const lobby = new Lobby((invitation) => {
  history.pushState(null, "", writeInvitation(invitation));
  void join(invitation);
});

const view = new CallView({
  onMicrophone: () => act(({ media }) => media.toggleMicrophone()),
  onCamera: () => act(({ media }) => media.toggleCamera()),
  onScreen: () => act(({ media }) => media.toggleScreen()),
  onStatistics: (shown) => {
    showsStats = shown;
    if (call) call.monitor.showsStats = shown;
  },
  onLeave: leave,
  onRetry: () => call?.room.retryNow(),
  onRejoin: () => call && void join(call.invitation),
  onTogglePause: (stream, self) => act(({ room }) => togglePause(room, stream, self)),
});

window.addEventListener("online", () => call?.room.retryNow());
window.addEventListener("popstate", openAddress);
openAddress();

/** Joins if the address tells room and mail, else asks for them. */
function openAddress() {
  end();
  const invitation = readInvitation(location.search);
  const { roomName, userMail } = invitation.identity;
  if (roomName && userMail) void join(invitation);
  else lobby.show(invitation);
}

/** @param {Invitation} invitation */
async function join(invitation) {
  end();
  const room = new Room(invitation.identity, invitation.media, {
    onChange: () => call?.room === room && view.render(room),
    onError: report,
  });
  joining = room;
  lobby.show(invitation, { busy: true });
  try {
    await room.join();
    if (joining === room) await enter(invitation, room);
  } catch (error) {
    if (joining === room) lobby.show(invitation, { error: explain(error, "join") });
  }
}

/**
 * @param {Invitation} invitation
 * @param {Room} room that is joined
 */
async function enter(invitation, room) {
  const { roomName } = invitation.identity;
  const media = new LocalMedia(room, report);
  const monitor = new Monitor(room, {
    onSpeech: (key, speaks) => view.grid.setSpeaks(key, speaks),
    onStats: (key, lines) => monitor.showsStats && view.grid.setStats(key, lines),
  });
  monitor.showsStats = showsStats;
  joining = null;
  call = { invitation, room, media, monitor };
  document.title = `${roomName} – Call`;
  lobby.hide();
  view.show(roomName);
  view.render(room);
  await media.start(invitation.devices);
}

/**
 * Runs what a button asks for. Its errors are shown by `report`; those of before are done with.
 *
 * @param {(call: Call) => Promise<void>} action
 */
async function act(action) {
  if (!call) return;
  view.clearErrors();
  await action(call);
}

/**
 * @param {Room} room
 * @param {Stream} stream
 * @param {boolean} self
 */
function togglePause(room, stream, self) {
  return self ? room.setPaused(stream.type, !stream.paused) : room.setHeld(stream, !stream.held);
}

/**
 * @param {unknown} error
 * @param {string} doing
 */
function report(error, doing) {
  if (error instanceof DeviceError && error.dismissed) return;
  view.showError(explain(error, doing));
}

function leave() {
  const invitation = call?.invitation;
  end();
  history.pushState(null, "", location.pathname);
  if (invitation) lobby.show(invitation);
}

/** Ends the call, or the joining, if there is one. */
function end() {
  joining?.leave();
  joining = null;
  call?.monitor.stop();
  call?.media.stop();
  call?.room.leave();
  call = null;
  document.title = "Call";
  view.hide();
}
