// Answers with the name of the route that Express chose.
import express from 'express'

const app = express()
for (const name of ['public', 'closed', 'orders', 'items']) {
  app.use(`/${name}`, (_request, response) => response.send(`route ${name}`))
}
app.use((_request, response) => response.status(404).send('route none'))
const server = app.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`))
