// What the widget says, in its two languages.

const TEXTS = {
  zh: {
    open: '打开客服聊天', close: '关闭聊天', send: '发送', attach: '添加图片或文件', write: '输入您的问题…',
    log: '聊天记录', title: '在线客服', connecting: '正在连接…', offline: '网络断开了，恢复后会自动发送',
    ready: '直接提问，我们马上看到', served: (name) => `${name} 正在为您服务`, typing: '对方正在输入',
    waiting: '等待发送', sending: '发送中…', sent: '已送达', seen: '已读', failed: '没有发出去',
    retry: '重试', remove: '删除', today: '今天', yesterday: '昨天', agent: '客服',
    joined: (name) => `${name} 来为您服务了`, closed: '这次对话已结束。还有问题，接着写就行。',
    tooLong: (max) => `最多 ${max} 个字`, tooLarge: (size) => `文件不能超过 ${size}`, newer: '新消息',
    unread: (n) => `${n} 条未读消息`, drop: '松开即可发送文件', image: '图片', file: '文件', you: '您',
    refused: '这条消息无法发送', full: '待发送的消息太多了，请稍等',
  },
  en: {
    open: 'Open chat', close: 'Close chat', send: 'Send', attach: 'Add a picture or file', write: 'Write your question…',
    log: 'Conversation', title: 'Customer service', connecting: 'Connecting…',
    offline: 'You are offline. Messages go out once you are back.',
    ready: 'Ask away, we see it at once', served: (name) => `You are talking to ${name}`, typing: 'Typing',
    waiting: 'Waiting to send', sending: 'Sending…', sent: 'Delivered', seen: 'Read', failed: 'Not sent',
    retry: 'Try again', remove: 'Remove', today: 'Today', yesterday: 'Yesterday', agent: 'Agent',
    joined: (name) => `${name} joined`, closed: 'This conversation has ended. Just write to go on.',
    tooLong: (max) => `At most ${max} characters`, tooLarge: (size) => `Files can be up to ${size}`, newer: 'New messages',
    unread: (n) => `${n} unread ${n === 1 ? 'message' : 'messages'}`, drop: 'Drop to send', image: 'Picture', file: 'File',
    you: 'You', refused: 'This message cannot be sent', full: 'Too many messages are waiting, please give it a moment',
  },
};

/** The texts in use, and the language's tag. */
export let TEXT = TEXTS.en;
export let TAG = 'en';

/** Chooses the language: the first that is asked for, English unless that is Chinese. */
export function speak(...asked) {
  const chinese = /^zh\b/i.test(asked.find(Boolean) || '');
  [TEXT, TAG] = chinese ? [TEXTS.zh, 'zh-CN'] : [TEXTS.en, 'en'];
}
