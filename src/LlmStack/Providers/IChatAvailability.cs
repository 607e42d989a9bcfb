namespace LlmStack.Providers;

/// <summary>An adapter that may stand for a service without chat; every other has it.</summary>
internal interface IChatAvailability
{
    bool OffersChat { get; }
}
