-- The newest answers by AI in a conversation: those that still wait to be sent are among them.
-- Uses idx_conversation_replies_conversation.
SELECT message_id FROM conversation_replies
WHERE company_id = $1 AND conversation_id = $2 AND author = 'ai'
ORDER BY message_id DESC LIMIT 20
