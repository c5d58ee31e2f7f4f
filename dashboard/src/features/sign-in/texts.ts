import { defineTexts } from "../../i18n";

export const useSignInTexts = defineTexts("sign-in", {
  title: "Entrar", subtitle: "Eventos viram mensagens de WhatsApp.", email: "E-mail", password: "Senha", show: "Mostrar senha", hide: "Esconder senha", submit: "Entrar",
  wrong: "E-mail ou senha incorretos", wrongCode: "Código incorreto", wait: "Muitas tentativas. Tente em {{seconds}} s", away: "O servidor não respondeu. Tente de novo.",
  code: "Código do aplicativo autenticador", codeHint: "Seis dígitos, ou um código de recuperação.", back: "Usar outra conta",
  demo: "Instalação local: e-mail e senha estão em credentials.json, na pasta de dados (.masteria, se você não escolheu outra)", language: "English", again: "Sua sessão terminou", againText: "Entre de novo para continuar. O que está na tela fica como está.", leave: "Sair",
  light: "Tema claro", dark: "Tema escuro", changed: "Senha trocada. Entre com a nova.",
  resetTitle: "Escolher outra senha", newPassword: "Nova senha", passwordHint: "De 8 a 200 caracteres.", savePassword: "Salvar senha", toSignIn: "Ir para a entrada",
  linkOver: "Este link não vale mais: foi usado, venceu ou está incompleto. Peça outro com masteria user reset-password.",
  invitationTitle: "Convite", invitationOver: "Este convite não vale mais: foi usado, venceu ou está incompleto. Peça outro a quem convidou.", name: "Seu nome", nameHint: "Só para quem ainda não tem conta.", invitationPassword: "Se já tem conta, a senha dela; senão, a que você vai usar (de 8 a 200 caracteres).", madeNow: "Este e-mail acabou de ganhar uma conta. Tente de novo com a senha dela.", join: "Entrar na empresa", until: "vale até",
  roleOwner: "dono", roleOperator: "operador", roleViewer: "leitor",

}, {
  title: "Sign in", subtitle: "Events become WhatsApp messages.", email: "E-mail", password: "Password", show: "Show password", hide: "Hide password", submit: "Sign in",
  wrong: "Wrong e-mail or password", wrongCode: "Wrong code", wait: "Too many attempts. Try again in {{seconds}} s", away: "The server did not answer. Try again.",
  code: "Code of your authenticator app", codeHint: "Six digits, or a recovery code.", back: "Use another account",
  demo: "Local installation: e-mail and password are in credentials.json, in the data directory (.masteria, unless you chose another)", language: "Português", again: "Your session has ended", againText: "Sign in again to go on. What is on the screen stays.", leave: "Sign out",
  light: "Light theme", dark: "Dark theme", changed: "The password is changed. Sign in with it.",
  resetTitle: "Choose another password", newPassword: "New password", passwordHint: "8 to 200 characters.", savePassword: "Save the password", toSignIn: "Go to signing in",
  linkOver: "This link holds no more: it was used, is over or incomplete. Ask for another one by masteria user reset-password.",
  invitationTitle: "Invitation", invitationOver: "This invitation holds no more: it was used, is over or incomplete. Ask who invited you for another one.", name: "Your name", nameHint: "Only if you have no account yet.", invitationPassword: "If you have an account, its password; else the one you will use (8 to 200 characters).", madeNow: "This address got an account in this moment. Try again with its password.", join: "Join the company", until: "until",
  roleOwner: "owner", roleOperator: "operator", roleViewer: "viewer",

});
