/** An application as a process of its own, which can be killed: `bun small-app-main.ts PORT`. */
Bun.serve({ hostname: '127.0.0.1', port: Number(process.argv[2]), fetch: () => new Response('ok\n') })
