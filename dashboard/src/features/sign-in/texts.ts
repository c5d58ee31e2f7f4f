import { defineTexts } from "../../i18n";

export const useSignInTexts = defineTexts("sign-in", {
  title: "Entrar", subtitle: "Eventos viram mensagens de WhatsApp.", email: "E-mail", password: "Senha", show: "Mostrar senha", hide: "Esconder senha", submit: "Entrar",
  wrong: "E-mail ou senha incorretos", wrongCode: "Código incorreto", wait: "Muitas tentativas. Tente em {{seconds}} s", away: "O servidor não respondeu. Tente de novo.",
  code: "Código do aplicativo autenticador", codeHint: "Seis dígitos, ou um código de recuperação.", back: "Usar outra conta",
  demo: "Instalação local: e-mail e senha estão em .masteria/credentials.json", language: "English", again: "Sua sessão terminou", againText: "Entre de novo para continuar. O que está na tela fica como está.", 
}, {
  title: "Sign in", subtitle: "Events become WhatsApp messages.", email: "E-mail", password: "Password", show: "Show password", hide: "Hide password", submit: "Sign in",
  wrong: "Wrong e-mail or password", wrongCode: "Wrong code", wait: "Too many attempts. Try again in {{seconds}} s", away: "The server did not answer. Try again.",
  code: "Code of your authenticator app", codeHint: "Six digits, or a recovery code.", back: "Use another account",
  demo: "Local installation: e-mail and password are in .masteria/credentials.json", language: "Português", again: "Your session has ended", againText: "Sign in again to go on. What is on the screen stays.", 
});
