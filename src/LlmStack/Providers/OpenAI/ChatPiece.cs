namespace LlmStack.Providers.OpenAI;

/// <summary>What one choice said in one message or delta.</summary>
internal struct ChatPiece
{
    public int Choice;
    public string? Text;
    public string? Reasoning;
    public string? Refusal;
    public bool HasToolCalls;
}
