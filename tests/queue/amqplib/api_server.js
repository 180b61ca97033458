"use strict";
// An API server's end of the queues as amqplib's own examples would write it, with every default: each line of
// standard input is published to `media_server_queue` as it is, each message of `api_server_queue` is written as a line
// to standard output. Says `ready` first. Ends when its input does.
//
//   node api_server.js amqp://...

const readline = require("node:readline");
const amqp = require("amqplib");

async function main(url) {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  await channel.assertQueue("media_server_queue");
  await channel.assertQueue("api_server_queue");
  await channel.consume("api_server_queue", (message) => {
    process.stdout.write(`${message.content.toString()}\n`);
    channel.ack(message);
  });
  process.stdout.write("ready\n");

  for await (const line of readline.createInterface({ input: process.stdin }))
    channel.sendToQueue("media_server_queue", Buffer.from(line));

  await channel.close();
  await connection.close();
}

main(process.argv[2]);
