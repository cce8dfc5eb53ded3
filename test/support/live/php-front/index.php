<?php
// The front controller of a PHP application: the path behind the script is the path, as Symfony and Laravel have it.
$path = $_SERVER['PATH_INFO'] ?? rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/');
$method = $_SERVER['REQUEST_METHOD'];
$named = $_SERVER['HTTP_X_HTTP_METHOD_OVERRIDE'] ?? $_GET['_method'] ?? '';
if ($method === 'POST' && is_string($named) && $named !== '') $method = strtoupper($named);
$path = preg_replace('{(?<=[^/])\.[^./]+$}', '', rtrim($path, '/'));
header('X-Method: ' . $_SERVER['REQUEST_METHOD']);
if ($path === '/panel') header('X-Served: panel');
elseif ($path === '/admin' || str_starts_with($path, '/admin/')) header('X-Served: admin');
elseif ($method === 'DELETE' && str_starts_with($path, '/items/')) header('X-Served: removal');
else header('X-Served: rest');
