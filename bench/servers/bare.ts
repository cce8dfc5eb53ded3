/** The yardstick: the least a decision over HTTP can cost. Run with the port as its argument. */
Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.argv[2]),
  fetch: () => new Response(null, { status: 200 }),
})
