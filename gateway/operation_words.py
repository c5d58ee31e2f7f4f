"""What the audit log tells of, in a few words of both languages. A test says where an operation has none."""

from __future__ import annotations

from collections.abc import Mapping

from engine.reading_reasons import Words

_TABLE = """
acceptInvitation | Aceitou um convite | Accepted an invitation
activateWebhook | Ativou um webhook | Activated a webhook
addConsent | Registrou um consentimento | Noted a consent
addConversationNote | Escreveu uma nota | Wrote a note
addListMembers | Pôs contatos numa lista | Put contacts into a list
addOptOuts | Registrou descadastros | Noted opt-outs
addTags | Pôs etiquetas em contatos | Tagged contacts
cancelCampaign | Cancelou uma campanha | Cancelled a campaign
cancelJob | Parou um trabalho | Stopped a job
cancelMessage | Cancelou uma mensagem | Cancelled a message
cancelPixReminder | Cancelou lembretes de PIX | Cancelled PIX reminders
cancelRuleCase | Cancelou um caso de regra | Cancelled a rule's case
changeContacts | Mudou contatos em massa | Changed contacts in bulk
changePassword | Mudou a própria senha | Changed their password
confirmTotp | Ligou a verificação em duas etapas | Turned two-step sign-in on
createAgent | Criou um agente | Made an agent
createAiIntent | Ensinou uma intenção | Taught an intent
createAlert | Criou um alerta | Made an alert
createApiKey | Criou uma chave de API | Made an API key
createCampaign | Criou uma campanha | Made a campaign
createCompany | Criou uma empresa | Made a company
createContact | Criou um contato | Made a contact
createContactList | Criou uma lista | Made a list
createExport | Pediu uma exportação | Asked for an export
createInvitation | Convidou uma pessoa | Invited a person
createKnowledge | Ensinou algo à IA | Let the AI know something
createOutgoingWebhook | Criou um webhook de saída | Made an outgoing webhook
createQuickReply | Criou uma resposta rápida | Made a quick reply
createRule | Criou uma regra | Made a rule
createSession | Conectou um número | Added a number
createSync | Criou uma sincronização | Made a sync
createTemplate | Criou um modelo | Made a template
createUser | Criou uma pessoa (linha de comando) | Made a person (command line)
createVariant | Escreveu uma variante | Wrote a variant
createWebhook | Criou um webhook | Made a webhook
deactivateWebhook | Desativou um webhook | Deactivated a webhook
deleteAgent | Excluiu um agente | Deleted an agent
deleteAiIntent | Excluiu uma intenção | Deleted an intent
deleteAlert | Excluiu um alerta | Deleted an alert
deleteCampaign | Excluiu um rascunho | Deleted a draft
deleteContact | Tirou um contato | Removed a contact
deleteContactImport | Excluiu um arquivo de importação | Deleted an import's file
deleteContactList | Excluiu uma lista | Deleted a list
deleteConversationNote | Excluiu uma nota | Deleted a note
deleteExport | Excluiu uma exportação | Deleted an export
deleteInvitation | Retirou um convite | Took an invitation back
deleteKnowledge | Excluiu algo que a IA sabia | Deleted something the AI knew
deleteOutgoingWebhook | Excluiu um webhook de saída | Deleted an outgoing webhook
deletePixFlow | Desligou a automação de PIX | Took the PIX automation out of use
deleteQuickReply | Excluiu uma resposta rápida | Deleted a quick reply
deleteRule | Excluiu uma regra | Deleted a rule
deleteSession | Excluiu um número | Deleted a number
deleteSync | Excluiu uma sincronização | Deleted a sync
deleteTemplate | Excluiu um modelo | Deleted a template
deleteVariant | Excluiu uma variante | Deleted a variant
deleteWebhook | Excluiu um webhook | Deleted a webhook
disableOutgoingWebhook | Tirou de uso um webhook de saída | Disabled an outgoing webhook
discardDeadLetters | Descartou falhas | Discarded dead letters
downloadExport | Baixou uma exportação | Downloaded an export
duplicateCampaign | Duplicou uma campanha | Duplicated a campaign
enableOutgoingWebhook | Pôs em uso um webhook de saída | Enabled an outgoing webhook
endOtherSignIns | Encerrou as outras sessões | Ended their other sessions
endSignIn | Encerrou uma sessão | Ended a session
eraseContacts | Apagou dados de pessoas | Erased people's data
exportCampaignRecipientsCsv | Exportou pessoas de campanhas (CSV) | Exported campaign recipients (CSV)
exportCampaignRecipientsJson | Exportou pessoas de campanhas (JSON) | Exported campaign recipients (JSON)
exportCampaignRecipientsJsonl | Exportou pessoas de campanhas (JSONL) | Exported campaign recipients (JSONL)
exportContactsCsv | Exportou contatos (CSV) | Exported contacts (CSV)
exportContactsJson | Exportou contatos (JSON) | Exported contacts (JSON)
exportContactsJsonl | Exportou contatos (JSONL) | Exported contacts (JSONL)
exportEventsCsv | Exportou eventos (CSV) | Exported events (CSV)
exportEventsJson | Exportou eventos (JSON) | Exported events (JSON)
exportEventsJsonl | Exportou eventos (JSONL) | Exported events (JSONL)
exportMessagesCsv | Exportou mensagens (CSV) | Exported messages (CSV)
exportMessagesJson | Exportou mensagens (JSON) | Exported messages (JSON)
exportMessagesJsonl | Exportou mensagens (JSONL) | Exported messages (JSONL)
exportPersonalData | Baixou os dados de uma pessoa | Downloaded a person's data
getEventBytes | Baixou os bytes de um evento | Downloaded an event's bytes
importTemplates | Importou modelos do WhatsApp | Imported WhatsApp's templates
issueResetLink | Fez um link de nova senha (linha de comando) | Made a reset link (command line)
judgeAiDecision | Julgou uma decisão da IA | Judged a decision of the AI
pairSession | Ligou um celular | Linked a phone
pauseCampaign | Pausou uma campanha | Paused a campaign
pauseLane | Pausou uma faixa da fila | Paused a lane
pauseSchedule | Pausou um agendamento | Paused a schedule
pauseSession | Pausou um número | Paused a number
previewText | Testou um texto com valores reais | Tried a text with real values
putPixFlow | Mudou a automação de PIX | Changed the PIX automation
removeListMembers | Tirou contatos de uma lista | Took contacts out of a list
removeOptOut | Desfez um descadastro | Took an opt-out back
removeTags | Tirou etiquetas de contatos | Untagged contacts
removeTotp | Desligou a verificação em duas etapas | Turned two-step sign-in off
removeUser | Tirou uma pessoa da empresa | Removed a person
replaceCampaign | Mudou uma campanha | Changed a campaign
replaceContact | Mudou um contato | Changed a contact
replaceContactList | Mudou uma lista | Changed a list
replaceOutgoingWebhook | Mudou um webhook de saída | Changed an outgoing webhook
replaceRule | Mudou uma regra | Changed a rule
replaceSession | Mudou um número | Changed a number
replaceTemplate | Mudou um modelo | Changed a template
replaceWebhook | Mudou um webhook | Changed a webhook
replayEvents | Reprocessou eventos | Replayed events
resendOutgoingDelivery | Reenviou uma entrega | Delivered again
resetPassword | Trocou a senha por um link | Took a reset link
resumeCampaign | Retomou uma campanha | Resumed a campaign
resumeLane | Retomou uma faixa da fila | Resumed a lane
resumeSchedule | Retomou um agendamento | Resumed a schedule
resumeSession | Retomou um número | Resumed a number
retryDeadLetters | Tentou falhas de novo | Tried dead letters again
retryFailedCampaign | Reenviou falhas de uma campanha | Tried a campaign's failures again
revealContact | Viu um contato sem máscara | Saw a contact without masks
revealEvent | Viu um evento sem máscara | Saw an event without masks
revokeApiKey | Revogou uma chave de API | Revoked an API key
rotateOutgoingWebhookSecret | Girou o segredo de um webhook de saída | Rotated an outgoing webhook's secret
rotateWebhookSecret | Girou o segredo de um webhook | Rotated a webhook's secret
runRetention | Apagou o que era antigo | Erased what was old
runSchedule | Rodou um agendamento | Ran a schedule
runSync | Sincronizou agora | Ran a sync
sendConversationMessage | Respondeu numa conversa | Answered in a conversation
sendMessage | Enviou uma mensagem | Sent a message
setInstallationRetention | Mudou a guarda da instalação | Changed the installation's retention
setOptOutPolicy | Mudou o que descadastrados recebem | Changed what opted-out people get
setPassword | Deu outra senha a uma pessoa (linha de comando) | Gave a person another password (command line)
setRetention | Mudou por quanto tempo se guarda | Changed how long things are kept
setSessionLimits | Mudou limites de um número | Changed a number's limits
signIn | Entrou | Signed in
signOut | Saiu | Signed out
startCampaign | Iniciou uma campanha | Started a campaign
startContactImport | Importou contatos | Imported contacts
submitTemplate | Enviou um modelo para aprovação | Handed a template in
subscribeApp | Ligou um número aos avisos da Meta | Subscribed Meta's app
switchAiOff | Desligou a IA | Switched AI off
syncTemplates | Sincronizou modelos | Synced templates
testAlert | Testou um alerta | Tested an alert
testOutgoingWebhook | Testou um webhook de saída | Tested an outgoing webhook
testTemplate | Testou um modelo | Tested a template
testWebhook | Testou um webhook | Tested a webhook
tryRule | Provou uma regra | Tried a rule
unlinkSession | Desligou um celular | Unlinked a phone
updateAgent | Mudou um agente | Changed an agent
updateAiIntent | Mudou uma intenção | Changed an intent
updateAlert | Mudou um alerta | Changed an alert
updateCampaign | Mudou uma campanha | Changed a campaign
updateCompany | Mudou a empresa | Changed the company
updateContact | Mudou um contato | Changed a contact
updateContactList | Mudou uma lista | Changed a list
updateConversation | Mudou uma conversa | Changed a conversation
updateKnowledge | Mudou o que a IA sabe | Changed what the AI knows
updateMe | Mudou o próprio perfil | Changed their profile
updateOutgoingWebhook | Mudou um webhook de saída | Changed an outgoing webhook
updatePixFlow | Mudou a automação de PIX | Changed the PIX automation
updateQuickReply | Mudou uma resposta rápida | Changed a quick reply
updateRule | Mudou uma regra | Changed a rule
updateSession | Mudou um número | Changed a number
updateSync | Mudou uma sincronização | Changed a sync
updateTemplate | Mudou um modelo | Changed a template
updateUser | Mudou o papel de uma pessoa | Changed a person's role
updateVariant | Julgou ou mudou uma variante | Reviewed or changed a variant
updateWebhook | Mudou um webhook | Changed a webhook
uploadContacts | Mandou um arquivo de contatos | Handed in a file of contacts
uploadKnowledge | Mandou um arquivo à IA | Handed the AI a file
uploadMedia | Mandou um arquivo | Uploaded a file
withdrawTemplate | Retirou um modelo do WhatsApp | Withdrew a template at WhatsApp
writeVariants | Pediu variantes a um modelo de linguagem | Had a language model write variants
"""
OPERATION_WORDS: Mapping[str, Words] = {
    name: Words(pt, en) for name, pt, en in (line.split(" | ") for line in _TABLE.strip().splitlines())
}
