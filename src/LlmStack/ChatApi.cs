namespace LlmStack;

/// <summary>Which of OpenAI's two wire formats for chat is spoken.</summary>
public enum ChatApi
{
    /// <summary>Chat completions; Responses for models that exist only there and, at OpenAI itself, for requests that need it: continued conversations and tools that the provider runs. The default.</summary>
    Auto = 0,

    /// <summary>Chat completions.</summary>
    ChatCompletions = 1,

    /// <summary>Responses, without state on the server unless a request asks for it.</summary>
    Responses = 2,
}
