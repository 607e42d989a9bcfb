namespace LlmStack.Limits;

/// <summary>Carries cooldowns, estimates, limits and pins between machines. The default exchanges nothing.</summary>
internal interface IStateExchange
{
    void Publish(in StateDelta delta);

    event Action<StateDelta> Received;
}
