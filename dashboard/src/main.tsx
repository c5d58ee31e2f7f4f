import "./app/nonce"; // first: modules run in the order of their imports
import "./app/start";
